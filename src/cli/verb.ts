import { Command } from "commander";

/** An example command line, and what it does. */
export interface Example {
	readonly command: string;
	readonly meaning: string;
}

/** A command of commander that also has examples, for `--help` and for the reference. */
export class Verb extends Command {
	readonly #examples: Example[] = [];

	constructor(name?: string) {
		super(name);
		this.addHelpText("after", () => exampleText(this.#examples));
	}

	override createCommand(name?: string): Verb {
		return new Verb(name);
	}

	example(command: string, meaning: string): this {
		this.#examples.push({ command, meaning });
		return this;
	}

	/** Its subcommands without the hidden ones. */
	get verbs(): readonly Verb[] {
		const shown = new Set(this.createHelp().visibleCommands(this));
		return this.commands
			.filter((command) => command instanceof Verb)
			.filter((one) => shown.has(one));
	}

	get examples(): readonly Example[] {
		return this.#examples;
	}
}

function exampleText(examples: readonly Example[]): string {
	if (examples.length === 0) return "";
	const lines = examples.flatMap(({ command, meaning }) => [`  # ${meaning}`, `  ${command}`]);
	return `\nExamples:\n${lines.join("\n")}`;
}
