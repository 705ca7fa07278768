/** Changes of the uplink itself. */
import { list } from "./mutation.js";

/** Plug the uplink in again. It gets another index, unless one is given. */
const cable = (index: string | number): string => `
ip link add U index ${index} address 02:00:00:00:00:e1 type veth peer name lan0 netns LAN
ip link set U up
nsenter --net=LAN ip link set lan0 up`;
const PLUGGED = cable(71);
const ADDRESSED = `
ip address add 10.33.33.34/8 dev U
ip route add default via 10.33.33.1`;

export const UPLINK = list(
	["uplink"],
	{},
	{
		"the uplink is unplugged": "ip link delete U",
		"the uplink is plugged in again, with nothing": {
			act: `ip link delete U${PLUGGED}`,
			mayReturn: true,
		},
		"the uplink is plugged in again, with its addresses": {
			act: `ip link delete U${PLUGGED}${ADDRESSED}`,
			mayReturn: true,
		},
		"the uplink is plugged in again, with another address": {
			act: `ip link delete U${PLUGGED}
ip address add 198.51.100.77/24 dev U
ip route add default via 198.51.100.1`,
			mayReturn: true,
		},
		"the uplink is another one of the same name and number": {
			act: "ip link delete U; ip link add U index N address 02:00:00:00:00:e7 type ifb; ip link set U up",
			mayReturn: true,
		},
		"the uplink's number is another link's":
			"ip link delete U; ip link add strange index N address 02:00:00:00:00:e8 type ifb; ip link set strange up",
		"the uplink's name is another link's": {
			act: "ip link set U down; ip link set U name old; ip link set old up; ip link add U index 72 address 02:00:00:00:00:e9 type ifb; ip link set U up",
			mayReturn: true,
		},
		"the uplink is renamed": {
			act: "ip link set U down; ip link set U name wan; ip link set wan up",
			mayReturn: true,
		},
		"the uplink is renamed while it is up": "ip link set U name wan",
		"the uplink is renamed, its name is another name": {
			act: "ip link set U name wan; ip link property add dev wan altname U",
		},
		"the uplink is set down": { act: "ip link set U down", mayReturn: true },
		"the uplink is set down and up": {
			act: "ip link set U down; ip link set U up",
			mayReturn: true,
		},
		"the uplink loses its carrier": "nsenter --net=LAN ip link set lan0 down",
		"the uplink becomes a port of another bridge": {
			act: "ip link set U nomaster; ip link set U master other",
		},
		"the uplink leaves its bridge": { act: "ip link set U nomaster", needs: ["member"] },
		"the uplink is moved to another namespace": { act: "ip link set U netns LAN", mayReturn: true },
		"the uplink is moved away and comes back": {
			act: `ip link set U netns LAN
nsenter --net=LAN ip link set U netns HERE
ip link set U up`,
			mayReturn: true,
		},
		"the uplink's MTU is 9000": "ip link set U mtu 9000",
		"the uplink's MTU is 1400": "ip link set U mtu 1400",
		"the uplink's MTU is too small for IPv6": { act: "ip link set U mtu 1200", mayReturn: true },
		"IPv6 of the uplink is switched off": {
			act: "sysctl -qw net.ipv6.conf.U.disable_ipv6=1",
			mayReturn: true,
		},
		"IPv6 of the uplink is switched off and on": {
			act: "sysctl -qw net.ipv6.conf.U.disable_ipv6=1; sysctl -qw net.ipv6.conf.U.disable_ipv6=0",
			mayReturn: true,
		},
		"the uplink has an alias": "ip link set U alias 'to the world'",
		"the uplink has another name more": "ip link property add dev U altname wan",
		"the uplink's MAC is another": {
			act: "ip link set U address 02:00:00:00:00:ee",
			mayReturn: true,
		},
		"the uplink is promiscuous": "ip link set U promisc on",
		"the uplink makes no addresses": "ip link set U addrgenmode none",
		"a VLAN of the uplink": `ip link add link U index 73 name U.5 type vlan id 5
ip link set U.5 up
ip address add 10.205.0.1/24 dev U.5`,
		"the uplink's queue is another": "ip link set U txqueuelen 77",
		"the uplink has a queueing discipline": "tc qdisc replace dev U root handle 5: pfifo limit 50",
	},
);
