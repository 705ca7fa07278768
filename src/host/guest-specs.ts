import { same } from "../engine/same.js";
import type { Spec } from "../spec/model.js";
import { checkSpec, checkTap } from "../spec/plain.js";

/** Networks as a caller writes them in a spec. */
export type GivenNetworks = Readonly<Record<string, unknown>>;

/**
 * Checks the specs of a pool's guests. It caches the networks of the last one, because consecutive guests usually share
 * them.
 */
export class GuestSpecs {
	#last: { readonly given: GivenNetworks; readonly spec: Spec } | undefined;

	/** Check these networks. @throws SpecError */
	networks(given: GivenNetworks): Spec["networks"] {
		return (this.#cached(given) ?? this.#check(given, {})).networks;
	}

	/** A spec of one tap in its networks. @throws SpecError with all issues of either */
	spec(given: GivenNetworks, name: string, tap: object): Spec {
		const cached = this.#cached(given);
		return cached === undefined ? this.#check(given, { [name]: tap }) : checkTap(name, tap, cached);
	}

	#cached(given: GivenNetworks): Spec | undefined {
		return this.#last !== undefined && same(this.#last.given, given) ? this.#last.spec : undefined;
	}

	#check(given: GivenNetworks, taps: object): Spec {
		const spec = checkSpec({ version: 1, networks: given, taps });
		this.#last = { given, spec };
		return spec;
	}
}
