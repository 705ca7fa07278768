/** Which state directory something is remembered in, short enough for a mark of the kernel's. */
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

export const DEFAULT_STATE_DIR = "/run/umlnet-nl";

/** With all that stands beside it, it fits into the alias of a link (IFALIASZ, include/uapi/linux/if.h). */
const MOST = 120;

/** The name of a state directory among those of one host, without spaces. */
export function placeOf(stateDir: string): string {
	const text = encodeURI(real(resolve(stateDir)));
	return text.length <= MOST ? text : `...${text.slice(3 - MOST)}`;
}

/** As people know it. */
export const placeName = (place: string): string => {
	try {
		return decodeURI(place);
	} catch {
		return place;
	}
};

/** One directory has one name, by whichever symbolic link it is reached; it need not be there yet. */
function real(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		const parent = dirname(path);
		return parent === path ? path : join(real(parent), basename(path));
	}
}
