// The network part of a Firecracker configuration: makes the tap, and prints the configuration.
// It is taken down again by: umlnet-nl down vm1
import { open } from "umlnet-nl";

const host = await open();
const { taps } = await host.up({
	version: 1,
	networks: { vms: { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] } },
	taps: {
		vm1: {
			network: "vms",
			owner: 500,
			guest: { addresses: ["192.168.33.34/24"], mac: "52:54:00:12:34:56" },
		},
	},
});
await host.close();

const [{ launch }] = taps;
const configuration = {
	...launch.firecracker,
	"boot-source": { kernel_image_path: "vmlinux", boot_args: `console=ttyS0 ${launch.ip}` },
};
console.log(JSON.stringify(configuration));
// It prints:
// {"network-interfaces":[{"iface_id":"eth0","host_dev_name":"vm1","guest_mac":"52:54:00:12:34:56"}],"boot-source":{"kernel_image_path":"vmlinux","boot_args":"console=ttyS0 ip=192.168.33.34::192.168.33.33:255.255.255.0::eth0:off"}}
