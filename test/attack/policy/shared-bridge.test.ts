/** What is said of the host holds on a bridge that a LAN is on as well, where a guest is known by its addresses alone. */
import { closeSync, writeSync } from "node:fs";
import { expect, test } from "vitest";
import { formatAddress } from "../../../src/inet/address.js";
import { linkLocalOf } from "../../../src/inet/link-local.js";
import { openTap } from "../../kernel/guest.js";
import { Lab } from "../../kernel/lab.js";
import { LEAST } from "../../kernel/privilege.js";
import { labSpec } from "../../kernel/specs.js";
import { ether, IPV4, IPV6, mac, UDP, udp } from "../frames.js";
import { report } from "../report.js";
import { isIpv6, packet } from "./frames.js";

const MAC = "52:54:00:00:00:02";
const OWN = ["10.33.33.40", "2001:db8:1::40", formatAddress(linkLocalOf(mac(MAC)))];
/** Addresses that nobody has given it. */
const TAKEN = ["10.33.33.41", "2001:db8:1::41", "fe80::77"];
const HOST = { ipv4: "10.33.33.34", ipv6: "2001:db8:1::1" };

test.skipIf(LEAST)(
	"of a guest that is held strictly nothing reaches a host that is closed",
	async () => {
		const lab = await Lab.open();
		lab.host.enter();
		const up = (host: "open" | "closed") =>
			lab.run((one) =>
				one.up(
					labSpec(
						{ mode: "bridged", bridge: "br0", uplink: "eth1", guard: "strict", host },
						{ tap0: { guest: { mac: MAC, addresses: [`${OWN[0]}/8`, `${OWN[1]}/64`] } } },
					),
				),
			);
		await up("open");
		lab.host.enter();
		const fd = openTap({ name: "tap0", multiQueue: false, vnetHdr: false });
		lab.host.sh(`
		ip address add ${HOST.ipv6}/64 dev br0 nodad
		nft -f - <<-'END'
		table inet observer {
			counter seen { }
			chain input {
				type filter hook input priority 400
				iifname "br0" udp dport 7 counter name seen
			}
		}
		END`);
		const [{ address }] = lab.host.json("ip -j link show br0") as [{ address: string }];
		const reaches = (from: string): boolean => {
			const ends = { from, to: isIpv6(from) ? HOST.ipv6 : HOST.ipv4 };
			const data = packet(ends, UDP, udp(ends, { sport: 40_000, dport: 7 }));
			writeSync(fd, ether({ from: MAC, to: address }, isIpv6(from) ? IPV6 : IPV4, data));
			return !lab.host.sh("nft reset counter inet observer seen").includes("packets 0 ");
		};
		expect([...OWN, ...TAKEN].filter(reaches)).toEqual(OWN);
		await up("closed");
		lab.host.enter();
		const through = [...OWN, ...TAKEN].filter(reaches);
		for (const from of [...OWN, ...TAKEN])
			report({
				matrix: "Attacks on policies",
				place: "bridged, with a LAN on the bridge",
				name: `${isIpv6(from) ? "IPv6" : "IPv4"}: a datagram to the host from ${from}`,
				wrong: through.includes(from),
			});
		expect(through).toEqual([]);
		closeSync(fd);
		lab.close();
	},
);
