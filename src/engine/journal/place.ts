/** A short name of a state directory, for the marks on objects of the kernel that it has the journal of. */
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

export const DEFAULT_STATE_DIR = "/run/umlnet-nl";

/** Together with the rest of a mark it fits into the alias of a link (IFALIASZ, include/uapi/linux/if.h). */
const MOST = 80;

/** A name without spaces that identifies a state directory on this host. */
export function placeOf(stateDir: string): string {
	const text = encodeURI(real(resolve(stateDir)));
	return text.length <= MOST ? text : `...${text.slice(3 - MOST)}`;
}

/** The name as users know it. */
export const placeName = (place: string): string => {
	try {
		return decodeURI(place);
	} catch {
		return place;
	}
};

/** A directory has one name, whichever symbolic link leads to it. It need not exist yet. */
function real(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		const parent = dirname(path);
		return parent === path ? path : join(real(parent), basename(path));
	}
}
