import { describe, expect, test } from "vitest";
import { ConflictError } from "../../src/engine/error.js";
import type { Kind, Step } from "../../src/engine/kind.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { named } from "../engine/named.js";
import { elements, labels, messagesOf, remembered, Stage } from "./stage.js";

type Host = (kernel: FakeKernel) => void;

/** A resource that is created. */
export interface Creation<Want> {
	readonly name: string;
	readonly host: Host;
	/** Links that are created in the same transaction. */
	readonly blank?: readonly string[];
	readonly want: Want;
	/** The steps in words, as by `Stage.words`; or their labels, or with the elements of sets alone. */
	readonly steps: readonly string[];
	readonly removal: readonly string[];
	readonly by?: "labels" | "elements";
}
/** Something that others change after the resource was created. */
export interface Drift<Want> {
	readonly name: string;
	readonly host: Host;
	readonly want: Want;
	readonly meddle: (kernel: FakeKernel) => void;
	readonly told: readonly string[];
	/** What `up` does about it. By default it repairs it. */
	readonly up?: "refuses" | "leaves it" | "mends it beside theirs";
}
/** A resource that is wanted differently than it was made. */
export interface Change<Want> {
	readonly name: string;
	readonly host: Host;
	readonly want: Want;
	readonly next: Want;
	readonly steps: readonly string[];
	readonly by?: "labels" | "elements";
}
export interface Refusal<Want> {
	readonly name: string;
	readonly host: Host;
	readonly want: Want;
	readonly error: string | RegExp;
}

interface Tables<Want> {
	readonly creations: readonly Creation<Want>[];
	readonly drifts: readonly Drift<Want>[];
	readonly changes?: readonly Change<Want>[];
	readonly refusals?: readonly Refusal<Want>[];
}

function inWords(
	by: Creation<unknown>["by"],
	stage: Stage,
	steps: readonly Step[],
	made: object,
): string[] {
	if (by === "labels") return labels(steps);
	return by === "elements" ? elements(steps) : stage.words(steps, made);
}

/** Test what must be true of every kind, with the tables of one kind. README.md explains how to write them. */
export function testKind<Want, Made extends Want>(
	kind: Kind<Want, Made>,
	{ creations, drifts, changes = [], refusals = [] }: Tables<Want>,
): void {
	/** A host on which the resource was created. */
	function made(host: Host, want: Want, blank?: readonly string[]): { stage: Stage; made: Made } {
		const stage = new Stage(host);
		const made = kind.resolve(want, stage.context(blank));
		stage.do(kind.create(made));
		return { stage, made: remembered(made) };
	}

	describe.each(named(creations))("%s", (_, { host, blank, want, steps, removal, by }) => {
		const words = (stage: Stage, steps: readonly Step[], it: Made): string[] =>
			inWords(by, stage, steps, it as object);

		test("is made in these steps", () => {
			const stage = new Stage(host);
			const made = kind.resolve(want, stage.context(blank));
			expect(words(stage, kind.create(made), made)).toEqual(steps);
		});

		test("is taken away in these steps", () => {
			const { stage, made: it } = made(host, want, blank);
			expect(words(stage, kind.remove(it, stage.context()), it)).toEqual(removal);
		});

		test("leaves nothing behind when it is undone, or taken away", () => {
			const stage = new Stage(host);
			const start = stage.picture();
			const it = kind.resolve(want, stage.context(blank));
			expect(stage.picture()).toBe(start);
			stage.undo(kind.create(it));
			expect(stage.picture(), "undone before it was done").toBe(start);
			stage.do(kind.create(it));
			stage.undo(kind.create(it));
			if (steps.some((line) => line.includes("do make tap"))) stage.kernel.kill();
			expect(stage.picture(), "undone").toBe(start);
			stage.undo(kind.create(it));
			expect(stage.picture(), "undone twice").toBe(start);
			stage.do(kind.create(it));
			stage.do(kind.remove(remembered(it), stage.context()));
			expect(stage.picture(), "taken away").toBe(start);
		});

		test("is back when taking it away is undone", () => {
			const { stage, made: it } = made(host, want, blank);
			const there = stage.picture();
			const reversible = kind
				.remove(it, stage.context())
				.filter(({ do: action }) => action.via !== "unlink");
			stage.do(reversible);
			stage.undo(reversible);
			expect(stage.picture()).toBe(there);
		});

		test("is as it was made, and asks for no change", () => {
			const { stage, made: it } = made(host, want, blank);
			stage.kernel.heal();
			expect(kind.drift(it, stage.kernel)).toEqual([]);
			expect(kind.change(it, it, stage.kernel)).toEqual([]);
			expect(stage.kernel.mutations).toBe(0);
		});

		test("has one key, whoever wants it", () => {
			const it = kind.resolve(want, new Stage(host).context(blank));
			expect(kind.key(it)).toBe(kind.key(want));
			expect(kind.key(remembered(it))).toBe(kind.key(want));
		});
	});

	/** A host on which the resource was created and somebody else then changed something. */
	function meddledWith({ host, want, meddle }: Drift<Want>) {
		const { stage, made: it } = made(host, want);
		const there = stage.picture();
		stage.kernel.aside(() => meddle(stage.kernel));
		return { stage, it, there, before: stage.picture() };
	}

	test.each(named(drifts))("where %s, status tells it in words", (_, drift) => {
		const { stage, it } = meddledWith(drift);
		const told = kind.drift(it, stage.kernel);
		expect(messagesOf(told)).toEqual(drift.told);
		for (const { object, field, wanted, found } of told) {
			expect(wanted).not.toBe(found);
			expect([object, field]).not.toContain("");
		}
	});

	for (const drift of drifts)
		test(`where ${drift.name}, up ${drift.up ?? "mends it"}`, () => {
			const { stage, it, there, before } = meddledWith(drift);
			const change = () => kind.change(it, it, stage.kernel);
			if (drift.up === "refuses") {
				expect(change).toThrow(ConflictError);
				return;
			}
			const steps = change();
			if (drift.up === "leaves it") {
				expect(steps).toEqual([]);
				return;
			}
			stage.do(steps);
			stage.undo(steps);
			if (steps.some(({ do: action }) => action.via === "tun")) stage.kernel.kill();
			expect(stage.picture(), "undone").toBe(before);
			stage.do(steps);
			expect(kind.drift(it, stage.kernel)).toEqual([]);
			if (drift.up === undefined) expect(stage.picture(), "mended").toBe(there);
		});

	describe.each(named(changes))("%s", (_, { host, want, next, steps, by }) => {
		test("is changed in place in these steps, and back", () => {
			const { stage, made: it } = made(host, want);
			const before = stage.picture();
			const wanted = kind.reconcile?.(it, next, stage.context()) ?? { ...it, ...next };
			const change = kind.change(it, wanted, stage.kernel);
			expect(inWords(by, stage, change, it as object)).toEqual(steps);
			stage.do(change);
			expect(kind.drift(wanted, stage.kernel)).toEqual([]);
			stage.undo(change);
			expect(stage.picture()).toBe(before);
		});
	});

	test.each(named(refusals))("%s is refused", (_, { host, want, error }) => {
		const stage = new Stage(host);
		const resolve = () => kind.resolve(want, stage.context());
		expect(resolve).toThrow(error);
	});
}
