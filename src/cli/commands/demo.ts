import type { Perform } from "../program.js";
import type { Verb } from "../verb.js";
import { refuse } from "../what.js";

export function addDemo(program: Verb, perform: Perform): void {
	program
		.command("demo")
		.summary("show a NAT lab in a throw-away network namespace")
		.description(
			"Show a NAT lab in a throw-away network namespace: nothing of the host is touched.",
		)
		.action(() => perform("looking", () => refuse("umlnet-nl demo")));
}
