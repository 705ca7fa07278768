import { same } from "../engine/same.js";
import type { Spec } from "../spec/model.js";
import { checkSpec, checkTap } from "../spec/spec.js";

/** Networks as a caller writes them. */
export type GivenNetworks = Readonly<Record<string, unknown>>;

/** The specs of a pool's guests. Networks are read once for all guests in the same ones that follow each other. */
export class GuestSpecs {
	#last: { readonly given: GivenNetworks; readonly spec: Spec } | undefined;

	/** The networks, read. @throws SpecError */
	networks(given: GivenNetworks): Spec["networks"] {
		return (this.#known(given) ?? this.#read(given, {})).networks;
	}

	/** A tap in its networks. @throws SpecError with all that is wrong with either */
	spec(given: GivenNetworks, name: string, tap: object): Spec {
		const known = this.#known(given);
		return known === undefined ? this.#read(given, { [name]: tap }) : checkTap(name, tap, known);
	}

	#known(given: GivenNetworks): Spec | undefined {
		return this.#last !== undefined && same(this.#last.given, given) ? this.#last.spec : undefined;
	}

	#read(given: GivenNetworks, taps: object): Spec {
		const spec = checkSpec({ version: 1, networks: given, taps });
		this.#last = { given, spec };
		return spec;
	}
}
