import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { type Check, warns } from "../check.js";

/** Whether the state directory can be used. */
export const stateDirectory: Check = {
	check: "state directory",
	of: "host",
	run({ stateDir: path }) {
		let place = path;
		while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
		try {
			accessSync(place, constants.R_OK | constants.W_OK | constants.X_OK);
			return [];
		} catch {
			return [
				warns({
					code: "FINDING_STATE_DIRECTORY",
					message: `you may not write to the state directory ${path}`,
					evidence: [`${place}: permission denied`],
					remedy: "sudo umlnet-nl doctor",
				}),
			];
		}
	},
};
