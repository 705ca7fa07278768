import { type Productions, UPLINK } from "./draft.js";

const add = (rest: string): string => `ip address add ${rest} dev ${UPLINK}`;

/**
 * The addresses that an interface can have. None of them is on another interface as well: of two routes to one address
 * in the local table the older one comes first, and restoring the order would mean removing the address from the other
 * interface, which is not ours, for a moment.
 */
export const ADDRESSES: Productions = {
	"address: primary": (d) => `${add(`${d.subnet4().own}/24`)} brd +`,
	"address: without broadcast": (d) => add(`${d.subnet4().own}/24`),
	"address: primary, IPv6": (d) => add(`${d.subnet6().own}/64`),
	"address: secondary": (d) => {
		const beside = d.own4().replace(/\d+$/, `${100 + d.number()}`);
		d.to(beside);
		return `${add(`${beside}/24`)} brd +`;
	},
	"address: secondary, IPv6": (d) => {
		const beside = d.own6().replace(/::.*/, `::${d.number()}`);
		d.to(beside);
		return add(`${beside}/64`);
	},
	"address: peer": (d) => {
		const n = d.number();
		d.to(`10.200.${n}.2`, `10.200.${n}.1`);
		return add(`10.200.${n}.1 peer 10.200.${n}.2/32`);
	},
	"address: peer, IPv6": (d) => {
		const n = d.number();
		d.to(`2001:db8:b${n}::2`);
		return add(`2001:db8:b${n}::1 peer 2001:db8:b${n}::2/128`);
	},
	"address: label": (d) => `${add(`${d.subnet4().own}/24`)} label ${UPLINK}:${d.number()}`,
	"address: secondary with label": (d) => {
		const beside = d.own4().replace(/\d+$/, `${100 + d.number()}`);
		return `${add(`${beside}/24`)} label ${UPLINK}:${d.number()}`;
	},
	"address: /32": (d) => add(`192.0.2.${d.number()}/32`),
	"address: /128": (d) => add(`2001:db8:c::${d.number()}/128`),
	"address: /31": (d) => {
		const n = 2 * d.number();
		d.to(`192.0.2.${n + 1}`);
		return add(`192.0.2.${n}/31`);
	},
	"address: deprecated": (d) => `${add(`${d.subnet4().own}/24`)} preferred_lft 0`,
	"address: secondary deprecated": (d) =>
		`${add(`${d.own4().replace(/\d+$/, `${100 + d.number()}`)}/24`)} preferred_lft 0`,
	"address: deprecated, IPv6": (d) => `${add(`${d.subnet6().own}/64`)} preferred_lft 0`,
	"address: secondary deprecated, IPv6": (d) =>
		`${add(`${d.own6().replace(/::.*/, `::${d.number()}`)}/64`)} preferred_lft 0`,
	"address: leased": (d) =>
		`${add(`${d.subnet4().own}/24`)} brd + valid_lft 3600 preferred_lft 1800`,
	"address: leased, IPv6": (d) =>
		`${add(`${d.subnet6().own}/64`)} valid_lft 3600 preferred_lft 1800`,
	"address: secondary leased": (d) =>
		`${add(`${d.own4().replace(/\d+$/, `${100 + d.number()}`)}/24`)} valid_lft 600 preferred_lft 600`,
	"address: preferred for a time": (d) =>
		`${add(`${d.subnet6().own}/64`)} valid_lft forever preferred_lft 900`,
	"address: preferred for a time, IPv4": (d) =>
		`${add(`${d.subnet4().own}/24`)} valid_lft forever preferred_lft 900`,
	"address: valid for a time, deprecated": (d) =>
		`${add(`${d.subnet6().own}/64`)} valid_lft 900 preferred_lft 0`,
	"address: temporary ones of it": (d) =>
		`sysctl -qw net.ipv6.conf.${UPLINK}.use_tempaddr=2
${add(`${d.subnet6().own}/64`)} mngtmpaddr`,
	"address: mngtmpaddr, none made": (d) => `${add(`${d.subnet6().own}/64`)} mngtmpaddr`,
	"address: noprefixroute": (d) => `${add(`${d.subnet4().own}/24`)} noprefixroute`,
	"address: noprefixroute, IPv6": (d) => `${add(`${d.subnet6().own}/64`)} noprefixroute`,
	"address: leased noprefixroute, IPv6": (d) =>
		`${add(`${d.subnet6().own}/128`)} noprefixroute valid_lft 3600 preferred_lft 1800`,
	"address: scope link": (d) => `${add(`169.254.${d.number()}.7/16`)} scope link`,
	"address: scope host": (d) => `${add(`10.201.${d.number()}.1/24`)} scope host`,
	"address: scope of a site": (d) => `${add(`10.202.${d.number()}.1/24`)} scope site`,
	"address: metric": (d) => `${add(`${d.subnet4().own}/24`)} metric ${d.number()}`,
	"address: metric, IPv6": (d) => `${add(`${d.subnet6().own}/64`)} metric ${d.number()}`,
	"address: home nodad": (d) => `${add(`${d.subnet6().own}/64`)} home nodad`,
	"address: proto": (d) => {
		const address = `${d.subnet4().own}/24`;
		return { script: `${add(address)} proto 18`, give: { address, proto: 18 } };
	},
	"address: proto, IPv6": (d) => {
		const address = `${d.subnet6().own}/64`;
		return { script: `${add(address)} proto 19`, give: { address, proto: 19 } };
	},
	"address: link-local by hand": (d) => {
		const n = d.number();
		d.to(`fe80::${n}`);
		return add(`fe80::${n}/64`);
	},
	"address: ULA beside global": (d) => {
		const n = d.number();
		d.to(`fd00:${n}::9`);
		return add(`fd00:${n}::1/64`);
	},
	"address: of a group, joined": (d) => `${add(`239.1.1.${d.number()}/32`)} autojoin`,
	"address: own broadcast": (d) => {
		const { own } = d.subnet4();
		return `${add(`${own}/24`)} broadcast ${own.replace(/\d+$/, "127")}`;
	},
	"address: twice, of two lengths": (d) => {
		const { own } = d.subnet4();
		return `${add(`${own}/24`)}
${add(`${own}/32`)}`;
	},
	"address: of the subnet of another link": (d) => {
		d.to("198.51.100.77");
		return add(`198.51.100.${100 + d.number()}/24`);
	},
};
