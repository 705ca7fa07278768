import { NftError } from "./error.js";

/** Real documents are less deep. The limit bounds the recursion of the compiler. */
const MAX_DEPTH = 48;

/** A place in a JSON document: a value and the path to it, so that every error can name the place. */
export class Cursor {
	readonly value: unknown;
	readonly path: string;
	readonly #depth: number;
	/** The position of the first item, in an array that is a part of a longer one. */
	readonly #from: number;
	constructor(value: unknown, path = "$", depth = 0, from = 0) {
		this.value = value;
		this.path = path;
		this.#depth = depth;
		this.#from = from;
		if (depth > MAX_DEPTH) throw this.fail(`nested more than ${MAX_DEPTH} deep`);
	}

	fail(message: string): NftError {
		return new NftError(this.path, message);
	}
	unsupported(message: string): NftError {
		return new NftError(this.path, message, { unsupported: true });
	}

	get isNull(): boolean {
		return this.value === null;
	}
	get isString(): boolean {
		return typeof this.value === "string";
	}
	get isArray(): boolean {
		return Array.isArray(this.value);
	}
	get isObject(): boolean {
		return typeof this.value === "object" && this.value !== null && !Array.isArray(this.value);
	}

	string(): string {
		if (typeof this.value !== "string") throw this.fail(`expected a string, got ${this.#type()}`);
		if (this.value.includes("\0")) throw this.fail("a string must not contain NUL");
		return this.value;
	}
	/** Read a name from a table, and return the value that the table has for it. */
	oneOf<T>(table: Readonly<Record<string, T>>): T {
		const name = this.string();
		if (!Object.hasOwn(table, name))
			throw this.fail(`unknown "${name}", expected one of ${Object.keys(table).join(", ")}`);
		return table[name] as T;
	}
	/** A flag or an array of flags, combined with "or". nft itself writes either for a single flag. */
	flags(table: Readonly<Record<string, number>>): number {
		if (!this.isArray) return this.oneOf(table);
		return this.list().reduce((flags, at) => flags | at.oneOf(table), 0);
	}
	boolean(): boolean {
		if (typeof this.value !== "boolean") throw this.fail(`expected a boolean, got ${this.#type()}`);
		return this.value;
	}
	integer(min: number, max: number): number {
		return Number(this.bigint(BigInt(min), BigInt(max)));
	}
	u8(): number {
		return this.integer(0, 0xff);
	}
	u16(): number {
		return this.integer(0, 0xffff);
	}
	u32(): number {
		return this.integer(0, 0xffffffff);
	}
	/** A 64-bit integer. JSON.parse makes it a number; callers can pass a bigint where that is too imprecise. */
	bigint(min = 0n, max = 2n ** 64n - 1n): bigint {
		const { value } = this;
		if (typeof value !== "bigint" && !(typeof value === "number" && Number.isInteger(value)))
			throw this.fail(`expected an integer, got ${this.#type()}`);
		const n = BigInt(value);
		if (n < min || n > max) throw this.fail(`${n} is out of range ${min}-${max}`);
		return n;
	}
	list(): Cursor[] {
		if (!Array.isArray(this.value)) throw this.fail(`expected an array, got ${this.#type()}`);
		const from = this.#from;
		return this.value.map((v, i) => new Cursor(v, `${this.path}[${from + i}]`, this.#depth + 1));
	}
	/** Split a long array into parts of at most `size` items, which keep their places. Anything else is one part. */
	*parts(size: number): Generator<Cursor> {
		const { value } = this;
		if (!Array.isArray(value) || value.length <= size) yield this;
		else
			for (let from = 0; from < value.length; from += size)
				yield new Cursor(value.slice(from, from + size), this.path, this.#depth, from);
	}

	/** The members of an object. All `required` must be there, and no others than those and the `optional` ones. */
	fields<R extends string, O extends string = never>(
		required: readonly R[],
		optional: readonly O[] = [],
	): Record<R, Cursor> & Partial<Record<O, Cursor>> {
		const object = this.#object();
		for (const key of Object.keys(object))
			if (
				!(required as readonly string[]).includes(key) &&
				!(optional as readonly string[]).includes(key)
			)
				throw this.fail(`unknown key "${key}", known: ${[...required, ...optional].join(", ")}`);
		for (const key of required)
			if (!Object.hasOwn(object, key)) throw this.fail(`"${key}" is missing`);
		const found: Record<string, Cursor> = {};
		for (const key of Object.keys(object)) found[key] = this.#member(object, key);
		return found as Record<R, Cursor> & Partial<Record<O, Cursor>>;
	}
	/** Some members of an object. Its other members are checked elsewhere. */
	members<K extends string>(keys: readonly K[]): Partial<Record<K, Cursor>> {
		const object = this.#object();
		const found: Partial<Record<K, Cursor>> = {};
		for (const key of keys) if (Object.hasOwn(object, key)) found[key] = this.#member(object, key);
		return found;
	}
	/** Whether this is an object with this member. */
	has(key: string): boolean {
		return this.isObject && Object.hasOwn(this.value as object, key);
	}
	/** This object with this member alone. */
	pick(key: string): Cursor {
		return new Cursor({ [key]: this.#object()[key] }, this.path, this.#depth);
	}
	/** This object without one of its members. */
	without(key: string): Cursor {
		const { [key]: _, ...rest } = this.#object();
		return new Cursor(rest, this.path, this.#depth);
	}
	/** The only member of an object, whose name says which statement, expression or command it is. */
	only(): [key: string, at: Cursor] {
		const object = this.#object();
		const keys = Object.keys(object);
		const [key] = keys;
		if (key === undefined || keys.length > 1)
			throw this.fail(`expected an object with one member, it has ${keys.length}`);
		return [key, this.#member(object, key)];
	}

	#object(): Record<string, unknown> {
		if (!this.isObject) throw this.fail(`expected an object, got ${this.#type()}`);
		return this.value as Record<string, unknown>;
	}
	#member(object: Record<string, unknown>, key: string): Cursor {
		const step = /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
		return new Cursor(object[key], this.path + step, this.#depth + 1);
	}
	#type(): string {
		if (this.value === null) return "null";
		return Array.isArray(this.value) ? "an array" : typeof this.value;
	}
}
