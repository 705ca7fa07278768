import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Consumer, newConsumer } from "./consumer.js";
import { root } from "./library.js";

interface Diagnostic {
	readonly message: string;
	readonly range: { readonly start: { readonly line: number; readonly character: number } };
}
interface Message {
	readonly id?: number;
	readonly method?: string;
	readonly params?: { readonly items?: readonly unknown[] };
	readonly result?: unknown;
	readonly error?: { readonly message: string };
}

/** An editor, as TypeScript's language server sees one (Language Server Protocol 3.17). */
class Editor {
	readonly #directory: string;
	readonly #server;
	readonly #waiting = new Map<number, (message: Message) => void>();
	#received = Buffer.alloc(0);
	#id = 0;

	constructor(directory: string) {
		this.#directory = directory;
		const tsc = join(root, "node_modules/.bin/tsc");
		this.#server = spawn(tsc, ["--lsp", "--stdio"], {
			cwd: directory,
			stdio: ["pipe", "pipe", "ignore"],
		});
		this.#server.stdout.on("data", (data: Buffer) => this.#receive(data));
	}

	async start(): Promise<void> {
		const rootUri = pathToFileURL(this.#directory).href;
		const capabilities = { textDocument: { completion: {}, diagnostic: {} } };
		await this.#request("initialize", { processId: process.pid, rootUri, capabilities });
		this.#send({ method: "initialized", params: {} });
	}

	/** Open a file with this text. @returns its URI */
	open(file: string, text: string): string {
		const uri = pathToFileURL(join(this.#directory, file)).href;
		const textDocument = { uri, languageId: "typescript", version: 1, text };
		this.#send({ method: "textDocument/didOpen", params: { textDocument } });
		return uri;
	}

	/** The errors that an editor underlines. */
	async errors(uri: string): Promise<readonly string[]> {
		const report = await this.#request("textDocument/diagnostic", { textDocument: { uri } });
		const { items } = report as { readonly items: readonly Diagnostic[] };
		return items.map(({ message }) => message);
	}

	/** The completions that are offered at a position. */
	async completions(uri: string, line: number, character: number): Promise<readonly string[]> {
		const position = { line, character };
		const list = await this.#request("textDocument/completion", {
			textDocument: { uri },
			position,
		});
		const { items } = list as { readonly items: readonly { readonly label: string }[] };
		return items.map(({ label }) => label.replace("?", ""));
	}

	close(): void {
		this.#server.kill();
	}

	#request(method: string, params: object): Promise<unknown> {
		const id = ++this.#id;
		this.#send({ id, method, params });
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, ({ result, error }) =>
				error === undefined ? resolve(result) : reject(new Error(error.message)),
			);
		});
	}

	#send(message: object): void {
		const text = JSON.stringify({ jsonrpc: "2.0", ...message });
		this.#server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
	}

	#receive(data: Buffer): void {
		this.#received = Buffer.concat([this.#received, data]);
		for (;;) {
			const head = this.#received.indexOf("\r\n\r\n");
			const length = Number(/Content-Length: (\d+)/.exec(this.#received.toString("latin1"))?.[1]);
			const end = head + 4 + length;
			if (head < 0 || this.#received.length < end) return;
			const message = JSON.parse(this.#received.toString("utf8", head + 4, end)) as Message;
			this.#received = this.#received.subarray(end);
			if (message.id === undefined) continue;
			if (message.method === undefined) this.#waiting.get(message.id)?.(message);
			// The server asks for settings, and registers for notifications.
			else this.#send({ id: message.id, result: message.params?.items?.map(() => null) ?? null });
		}
	}
}

let consumer: Consumer;
let editor: Editor;
beforeAll(async () => {
	consumer = await newConsumer();
	const compilerOptions = {
		...{ module: "nodenext", target: "es2023", lib: ["es2023", "esnext.disposable"] },
		...{ strict: true, noEmit: true },
		...{ types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
	};
	consumer.write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["*.ts"] }));
	editor = new Editor(consumer.directory);
	await editor.start();
}, 600_000);
afterAll(() => {
	editor.close();
	consumer.remove();
});

const programOf = (spec: string): string =>
	`import { open } from "umlnet-nl";\nawait using host = await open();\nawait host.up(${spec});\n`;

let files = 0;
const opened = (text: string): string => editor.open(`program${files++}.ts`, text);

test.each([
	["{ version: 1, networks: { lab: { mode: 'nat', uplnk: 'eth1' } } }", /'uplink'\?/],
	["{ version: 1, networks: { lab: { mode: 'natt' } } }", /'"nat"'\?/],
	[
		"{ version: 1, networks: { lab: { mode: 'nat' } }, taps: { tap0: { network: 'lob' } } }",
		/"lab"/,
	],
	[
		"{ version: 1, networks: { lab: { mode: 'nat' } }, taps: { tap0: { netwrk: 'lab' } } }",
		/netwrk/,
	],
	["{ version: 1, tap: {} }", /'taps'\?/],
])("%s is a red line", async (spec, told) => {
	const [error, ...more] = await editor.errors(opened(programOf(spec)));
	expect(error).toMatch(told);
	expect(more).toEqual([]);
});

test("what is right is no red line", async () => {
	const spec = `{
		version: 1,
		networks: { lab: { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] } },
		taps: { tap0: { network: "lab", owner: 500, guest: { addresses: ["192.168.33.34/24"] } } },
	}`;
	expect(await editor.errors(opened(programOf(spec)))).toEqual([]);
});

test.each([
	["{ version: 1, networks: { lab: { mode: 'nat', ^ } } }", ["uplink", "snatTo", "mtu"]],
	["{ version: 1, networks: { lab: { mode: '^' } } }", ["nat", "bridged", "routed", "host-only"]],
	[
		"{ version: 1, networks: { lab: { mode: 'nat' } }, taps: { tap0: { ^ } } }",
		["network", "owner"],
	],
	["{ version: 1, networks: { lab: { mode: 'nat' } }, taps: { tap0: { network: '^' } } }", ["lab"]],
	["{ version: 1, ^ }", ["networks", "taps"]],
])("%s is completed", async (spec, offered) => {
	const text = programOf(spec);
	const line = 2;
	const character = text.split("\n")[line]?.indexOf("^") ?? -1;
	const uri = opened(text.replace("^", ""));
	expect(await editor.completions(uri, line, character)).toEqual(expect.arrayContaining(offered));
});
