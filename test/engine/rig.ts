import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine } from "../../src/engine/engine.js";
import { StateDirectory } from "../../src/engine/journal/directory.js";
import { Journal } from "../../src/engine/journal/journal.js";
import type { RecoverReport } from "../../src/engine/report.js";
import type { Kernel } from "../../src/kernel/kernel.js";
import { readLinkByName } from "../../src/kernel/read.js";
import { kinds } from "../../src/kinds/index.js";
import { flawOf } from "../../src/kinds/permitted.js";
import { batchOf } from "../../src/kinds/table.js";
import { missingUplink } from "../../src/kinds/uplink.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { pictureOf } from "./picture.js";
import { tapsIn, type Wanted } from "./scenarios.js";

const NAME = "host";

/** A state directory, in memory if possible: nothing here has to survive a reboot. */
export function scratch(): string {
	const directory = ((): string => {
		try {
			return mkdtempSync("/dev/shm/umlnet-");
		} catch {
			return mkdtempSync(join(tmpdir(), "umlnet-"));
		}
	})();
	mkdirSync(join(directory, NAME), { mode: 0o700 });
	return directory;
}

/** The directory of the only host below a state directory. */
export const stateIn = (directory: string): StateDirectory => new StateDirectory(directory, NAME);

/** The path of its journal. */
export const journalPath = (directory: string): string => join(directory, NAME, "journal");

const readLinkIndex = (kernel: Kernel, name: string): number => {
	const link = readLinkByName(kernel, name);
	if (link === undefined) throw missingUplink(name);
	return link.ifi_index;
};

/** `now` is its clock. */
export const engineOver = (kernel: Kernel, journal: Journal, now = () => 0): Engine =>
	new Engine(kernel, journal, kinds, readLinkIndex, {
		owner: `${process.pid}`,
		isAbandoned: () => true,
		now,
	});

/** The engine with the model of a kernel and a journal on disk: a complete host except for the lock. */
export class Rig {
	readonly kernel = new FakeKernel();
	readonly directory: string;
	readonly state: StateDirectory;
	journal: Journal;
	engine: Engine;
	/** Milliseconds since boot. */
	now = 0;

	constructor(directory: string, host: (kernel: FakeKernel) => void) {
		this.directory = directory;
		this.state = stateIn(directory);
		rmSync(this.path, { force: true });
		host(this.kernel);
		this.journal = new Journal(this.state, flawOf, batchOf);
		this.engine = engineOver(this.kernel, this.journal, () => this.now);
	}

	get path(): string {
		return journalPath(this.directory);
	}

	/** Let another process take over, which knows only the journal. */
	restart(journal = new Journal(this.state, flawOf, batchOf)): void {
		this.journal.close();
		this.journal = journal;
		this.engine = engineOver(this.kernel, journal, () => this.now);
		journal.refresh();
	}

	up(wanted: Wanted, within?: number): void {
		this.engine.up([{ id: 0, taps: tapsIn(wanted) }], within);
	}
	down(...taps: readonly string[]): void {
		this.engine.down([{ id: 0, taps }]);
	}
	recover(): RecoverReport {
		return this.engine.recover();
	}
	picture(): string {
		return pictureOf(this.kernel);
	}

	/** What the journal says is ours, as text. */
	ours(): string {
		const { taps, entries } = this.journal.state;
		const sorted = (lines: readonly unknown[]) =>
			lines.map((one) => JSON.stringify(one, byName)).sort();
		return [...sorted([...taps]), ...sorted([...entries])].join("\n");
	}

	close(): void {
		this.journal.close();
		this.state.close();
	}
}

/** Sort fields by name, as the order in an object means nothing. */
const byName = (_: string, value: unknown): unknown =>
	typeof value === "object" && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;
