/** Changes of our links, and of links of others beside them. */
import { list } from "./mutation.js";

export const TAPS = list(
	["tap"],
	{ left: "" },
	{
		"the tap is deleted": { act: "ip link delete T", drifts: true },
		"the tap is set down": { act: "ip link set T down", drifts: true },
		"the tap is renamed": {
			act: "ip link set T down; ip link set T name tapx; ip link set tapx up",
			drifts: true,
		},
		"the tap is renamed while it is up": { act: "ip link set T name tapx", drifts: true },
		"the tap has another alias": { act: "ip link set T alias mine", drifts: true },
		"the tap has no alias any more": { act: "ip link set T alias ''", drifts: true },
		// Settings of a tap that the spec does not contain may be changed by anybody.
		"the tap's MTU is another": "ip link set T mtu 1300",
		"the tap's MAC is another": "ip link set T address 02:00:00:00:00:09",
		"the tap is a port of another bridge": {
			act: "ip link set T nomaster; ip link set T master other",
		},
		"the tap is no port any more": {
			act: "ip link set T nomaster",
			needs: ["tap", "bridge"],
			drifts: true,
		},
		"the tap is moved to another namespace": { act: "ip link set T netns LAN", drifts: true },
		"the tap is made anew by somebody": {
			act: "ip link delete T; ip tuntap add T mode tap user 1000",
			mend: "ip link delete T",
			drifts: true,
		},
		"the tap's name is another link's": {
			act: "ip link delete T; ip link add T index 74 address 02:00:00:00:00:ea type ifb",
			left: "ip link add T index 74 address 02:00:00:00:00:ea type ifb",
			replaces: true,
			drifts: true,
		},
		"the tap's number is another link's": {
			act: "ip link delete T; ip link add strange index TN address 02:00:00:00:00:eb type ifb",
			mend: "ip link delete strange",
			drifts: true,
		},
		"the tap has another name more": "ip link property add dev T altname guest",
		"the tap is in a group": "ip link set T group 7",
		"the tap is promiscuous": "ip link set T promisc on",
		"the tap has a queueing discipline": "tc qdisc replace dev T root handle 5: pfifo limit 50",
		"a guest opens the tap": "OPEN",
		"an address more on the segment": {
			act: "ip address add 10.99.0.1/24 dev S",
			needs: ["no member"],
		},
		"a route more by the segment": { act: "ip route add 10.98.0.0/16 dev S", needs: ["no member"] },
		"a neighbour more on the segment": {
			act: "ip neigh add 192.168.33.44 lladdr 02:00:00:00:00:07 dev S",
			needs: ["no member"],
		},
		"our address is taken off": {
			act: "ip address delete A dev S",
			needs: ["address"],
			drifts: true,
		},
		"our address is secondary": {
			act: `ip address add 192.168.33.99/24 dev S
ip address delete A dev S
ip address add A dev S`,
			needs: ["address", "no member"],
		},
		"our address is taken off, and its secondary comes": {
			act: `sysctl -qw net.ipv4.conf.all.promote_secondaries=1
ip address add 192.168.33.99/24 dev S
ip address delete A dev S`,
			left: "sysctl -qw net.ipv4.conf.all.promote_secondaries=1",
			needs: ["address", "no member"],
			drifts: true,
		},
		"all addresses of the segment are taken off": {
			act: "ip address flush dev S",
			needs: ["address", "no member"],
			drifts: true,
		},
		"our address is of another protocol": {
			act: `ip address delete A dev S
ip address add A dev S`,
			needs: ["address", "no member"],
			drifts: true,
		},
		"the subnet is another link's too": {
			act: "ip address add 192.168.33.34/24 dev theirs",
			left: "ip address add 192.168.33.34/24 dev theirs",
			needs: ["address"],
		},
	},
);

/**
 * A link that is set down loses its routes and its IPv6 addresses, and so does our bridge while it has the uplink's.
 */
const FLUSHED = "ip link set U down; ip link set U up";

export const BRIDGES = list(
	["bridge"],
	{ left: "" },
	{
		"the bridge is deleted": { act: "ip link delete B", drifts: true },
		"the bridge is set down": { act: "ip link set B down", orElse: FLUSHED, drifts: true },
		"the bridge is set down and up": {
			act: "ip link set B down; ip link set B up",
			orElse: FLUSHED,
		},
		"the bridge is renamed": {
			act: "ip link set B down; ip link set B name brx; ip link set brx up",
			renames: true,
			orElse: FLUSHED,
			drifts: true,
		},
		"the bridge is renamed while it is up": {
			act: "ip link set B name brx",
			renames: true,
			drifts: true,
		},
		"the bridge has another alias": { act: "ip link set B alias mine", drifts: true },
		"the bridge has no alias any more": { act: "ip link set B alias ''", drifts: true },
		"the bridge has another MAC": {
			act: "ip link set B address 02:00:00:00:00:09",
			// The kernel forgets the neighbours of a link whose MAC changes.
			orElse: "ip neigh flush nud permanent dev U",
			drifts: true,
		},
		"the bridge has spanning tree": { act: "ip link set B type bridge stp_state 1", drifts: true },
		"the bridge filters VLANs": "ip link set B type bridge vlan_filtering 1",
		"the bridge's MTU is another": "ip link set B mtu 1300",
		"the bridge has another name more": "ip link property add dev B altname lan",
		"the bridge has an entry more": "bridge fdb add 02:00:00:00:00:77 dev T master static",
		"the bridge is somebody else's": {
			replaces: true,
			act: "ip link delete B; ip link add B index 75 address 02:00:00:00:00:ec type bridge; ip link set B up",
			left: "ip link add B index 75 address 02:00:00:00:00:ec type bridge; ip link set B up",
			drifts: true,
			mayReturn: true,
		},
		"the bridge's number is another link's": {
			act: "ip link delete B; ip link add strange index BN address 02:00:00:00:00:ed type ifb",
			mend: "ip link delete strange",
			drifts: true,
		},
		"a port more": {
			act: "ip link add vnet0 index 76 address 02:00:00:00:00:f0 type ifb; ip link set vnet0 master B up",
			left: "ip link add vnet0 index 76 address 02:00:00:00:00:f0 type ifb; ip link set vnet0 up",
			unblock: "ip link set vnet0 nomaster",
		},
		"a port more, with an address of its own": {
			act: `ip link add vnet0 index 76 address 02:00:00:00:00:f0 type ifb
ip link set vnet0 master B up
ip address add 10.97.0.1/24 dev vnet0`,
			left: `ip link add vnet0 index 76 address 02:00:00:00:00:f0 type ifb
ip link set vnet0 up
ip address add 10.97.0.1/24 dev vnet0`,
			unblock: "ip link set vnet0 nomaster",
		},
		"a VLAN of the bridge": {
			act: `ip link add link B index 77 name lan5 address 02:00:00:00:00:f1 type vlan id 5
ip link set lan5 up
ip address add 10.96.0.1/24 dev lan5`,
			left: "",
			unblock: "ip link delete lan5",
		},
		"a macvlan of the bridge": {
			act: "ip link add link B index 78 name mac0 address 02:00:00:00:00:f2 type macvlan; ip link set mac0 up",
			left: "",
			unblock: "ip link delete mac0",
		},
		"an address more on the bridge": {
			act: "ip address add 10.95.0.1/24 dev B",
			needs: ["bridge", "no member"],
		},
	},
);

export const THEIRS = list(
	[],
	{},
	{
		"another bridge has a name like ours": "ip link set other alias 'umlnet-nl lab'",
		"another tap has a name like ours": "ip link set theirs alias 'umlnet-nl lab'",
		"another link's MTU is another": "ip link set other mtu 1400",
		"another link is deleted": "ip link delete theirs",
		"another link comes":
			"ip link add new0 index 79 address 02:00:00:00:00:f3 type ifb; ip link set new0 up; ip address add 172.31.0.1/24 dev new0",
		"another link is renamed": "ip link set theirs name yours",
		"somebody's set has an element more": "nft add element inet mine masqueraded '{ 10.9.9.8 }'",
		"somebody's table is deleted": "nft delete table inet mine",
	},
);
