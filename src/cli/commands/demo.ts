import type { Perform } from "../program.js";
import { refuse } from "../usage.js";
import type { Verb } from "../verb.js";

export function addDemo(program: Verb, perform: Perform): void {
	program
		.command("demo")
		.summary("show a NAT lab in a throw-away network namespace")
		.description(
			"Show a NAT lab in a throw-away network namespace: nothing of the host is touched.",
		)
		.action(() => perform("looking", () => refuse("umlnet-nl demo")));
}
