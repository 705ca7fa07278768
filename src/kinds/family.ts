import type { Cidr } from "../inet/cidr.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";

/** AF_INET or AF_INET6: the family of an address as rtnetlink names it. */
export const addressFamily = ({ family }: Pick<Cidr, "family">): number =>
	family === 4 ? AF_INET : AF_INET6;
