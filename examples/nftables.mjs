// The nft language in a program: makes a table with a set, adds an element, and lists what the kernel has.
import { apply, list, NftError } from "umlnet-nl/nftables";

const lab = { family: "inet", table: "lab" };
apply({
	nftables: [
		{ add: { table: { family: "inet", name: "lab" } } },
		{ add: { set: { ...lab, name: "guests", type: "ipv4_addr" } } },
		{ add: { element: { ...lab, name: "guests", elem: ["192.168.33.34", "192.168.33.35"] } } },
	],
});
const listed = list({ family: "inet", table: "lab" });
const set = listed.nftables.find((object) => "set" in object);
console.log(`${set.set.name}: ${set.set.elem.join(", ")}`);

try {
	apply({ nftables: [{ add: { element: { ...lab, name: "guests", elem: ["guest 7"] } } }] });
} catch (error) {
	if (!(error instanceof NftError)) throw error;
	console.log(`${error.code} at ${error.path}`);
}
apply({ nftables: [{ delete: { table: { family: "inet", name: "lab" } } }] });
// It prints:
// guests: 192.168.33.34, 192.168.33.35
// ERR_NFT at $.nftables[0].add.element.elem[0]
