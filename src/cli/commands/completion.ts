import { Argument } from "commander";
import type { Grammar } from "../completion/grammar.js";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import type { Session } from "../session.js";
import type { Verb } from "../verb.js";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

export function addCompletion(program: Verb, perform: Perform): void {
	program
		.command("completion")
		.summary("print the completion script of a shell")
		.description("Print the completion script of a shell.")
		.addArgument(new Argument("<shell>", "whose script").choices(SHELLS))
		.example(
			'eval "$(umlnet-nl completion bash)"',
			"this bash, or every one: put it into ~/.bashrc",
		)
		.example(
			"mkdir -p ~/.zfunc; umlnet-nl completion zsh > ~/.zfunc/_umlnet-nl",
			"zsh, with ~/.zfunc in fpath",
		)
		.example(
			"mkdir -p ~/.config/fish/completions; umlnet-nl completion fish > ~/.config/fish/completions/umlnet-nl.fish",
			"fish",
		)
		.action((shell: Shell) => perform("looking", (session) => completion(session, program, shell)));
}

async function completion(session: Session, program: Verb, shell: Shell): Promise<number> {
	const { grammarOf } = await import("../completion/grammar.js");
	const grammar = grammarOf(program);
	session.io.stdout.write(await scriptOf(shell, grammar));
	return Exit.done;
}

async function scriptOf(shell: Shell, grammar: Grammar): Promise<string> {
	switch (shell) {
		case "bash":
			return (await import("../completion/bash.js")).bash(grammar);
		case "zsh":
			return (await import("../completion/zsh.js")).zsh(grammar);
		case "fish":
			return (await import("../completion/fish.js")).fish(grammar);
	}
}
