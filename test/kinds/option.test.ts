import { expect, test, vi } from "vitest";
import { option } from "../../src/kinds/option.js";
import { KernelError } from "../../src/sys/error.js";
import { lan, withSysctl } from "../engine/hosts.js";
import { write } from "./neighbour.js";
import { Stage } from "./stage.js";
import { testKind } from "./table.js";

const want = { path: "net/ipv4/ip_forward", value: "1" };
const other = { path: "net/ipv4/ip_nonlocal_bind", value: "1" };

test("what somebody else set meanwhile stays when ours goes", () => {
	const stage = new Stage(lan);
	const want = { path: "net/ipv4/conf/all/rp_filter", value: "1" };
	const made = option.resolve(want, stage.context());
	stage.do(option.create(made));
	stage.kernel.writeSysctl(want.path, "2");
	stage.do(option.remove(made, stage.context()));
	expect(stage.kernel.readSysctl(want.path)).toBe("2");
});

test("a link that is deleted while its value is being read has none to set back", () => {
	const stage = new Stage(lan);
	const read = stage.kernel.readSysctl.bind(stage.kernel);
	vi.spyOn(stage.kernel, "readSysctl").mockImplementation((path) => {
		if (path.includes("/virbr0/")) throw new KernelError(`read(/proc/sys/${path})`, "ENOENT");
		return read(path);
	});
	const { along } = option.resolve(want, stage.context());
	const paths = along.map(([path]) => path);
	expect(paths).toContain("net/ipv4/conf/eth1/forwarding");
	expect(paths).not.toContain("net/ipv4/conf/virbr0/forwarding");
});

testKind(option, {
	creations: [
		{
			name: "forwarding of the host",
			host: lan,
			want,
			steps: [
				"option: set net/ipv4/ip_forward to 1",
				"  do write 1 to net/ipv4/ip_forward",
				"  undo write 0 to net/ipv4/ip_forward if still 1",
				"  undo write 1 to net/ipv4/conf/all/accept_redirects",
				"  undo write 0 to net/ipv4/conf/default/forwarding",
				"  undo write 0 to net/ipv4/conf/lo/forwarding",
				"  undo write 0 to net/ipv4/conf/eth1/forwarding",
				"  undo write 0 to net/ipv4/conf/virbr0/forwarding",
			],
			removal: [
				"option: set net/ipv4/ip_forward back to 0",
				"  do write 0 to net/ipv4/ip_forward if still 1",
				"  undo write 1 to net/ipv4/ip_forward",
				"option: set net/ipv4/conf/all/accept_redirects back to 1",
				"  do write 1 to net/ipv4/conf/all/accept_redirects",
				"  undo write 0 to net/ipv4/conf/all/accept_redirects",
				"option: set net/ipv4/conf/default/forwarding back to 0",
				"  do write 0 to net/ipv4/conf/default/forwarding",
				"  undo write 1 to net/ipv4/conf/default/forwarding",
				"option: set net/ipv4/conf/lo/forwarding back to 0",
				"  do write 0 to net/ipv4/conf/lo/forwarding",
				"  undo write 1 to net/ipv4/conf/lo/forwarding",
				"option: set net/ipv4/conf/eth1/forwarding back to 0",
				"  do write 0 to net/ipv4/conf/eth1/forwarding",
				"  undo write 1 to net/ipv4/conf/eth1/forwarding",
				"option: set net/ipv4/conf/virbr0/forwarding back to 0",
				"  do write 0 to net/ipv4/conf/virbr0/forwarding",
				"  undo write 1 to net/ipv4/conf/virbr0/forwarding",
			],
		},
		{
			name: "forwarding of a host of which an interface forwards",
			host: withSysctl(lan, ["net/ipv4/conf/eth1/forwarding", "1"]),
			want,
			steps: [
				"option: set net/ipv4/ip_forward to 1",
				"  do write 1 to net/ipv4/ip_forward",
				"  undo write 0 to net/ipv4/ip_forward if still 1",
				"  undo write 1 to net/ipv4/conf/all/accept_redirects",
				"  undo write 0 to net/ipv4/conf/default/forwarding",
				"  undo write 0 to net/ipv4/conf/lo/forwarding",
				"  undo write 1 to net/ipv4/conf/eth1/forwarding",
				"  undo write 0 to net/ipv4/conf/virbr0/forwarding",
			],
			removal: [
				"option: set net/ipv4/ip_forward back to 0",
				"  do write 0 to net/ipv4/ip_forward if still 1",
				"  undo write 1 to net/ipv4/ip_forward",
				"option: set net/ipv4/conf/all/accept_redirects back to 1",
				"  do write 1 to net/ipv4/conf/all/accept_redirects",
				"  undo write 0 to net/ipv4/conf/all/accept_redirects",
				"option: set net/ipv4/conf/default/forwarding back to 0",
				"  do write 0 to net/ipv4/conf/default/forwarding",
				"  undo write 1 to net/ipv4/conf/default/forwarding",
				"option: set net/ipv4/conf/lo/forwarding back to 0",
				"  do write 0 to net/ipv4/conf/lo/forwarding",
				"  undo write 1 to net/ipv4/conf/lo/forwarding",
				"option: set net/ipv4/conf/eth1/forwarding back to 1",
				"  do write 1 to net/ipv4/conf/eth1/forwarding",
				"  undo write 1 to net/ipv4/conf/eth1/forwarding",
				"option: set net/ipv4/conf/virbr0/forwarding back to 0",
				"  do write 0 to net/ipv4/conf/virbr0/forwarding",
				"  undo write 1 to net/ipv4/conf/virbr0/forwarding",
			],
		},
		{
			name: "what is on already",
			host: withSysctl(lan, [want.path, "1"]),
			want,
			steps: [],
			removal: [],
		},
		{
			name: "an option without consequences",
			host: lan,
			want: other,
			steps: [
				"option: set net/ipv4/ip_nonlocal_bind to 1",
				"  do write 1 to net/ipv4/ip_nonlocal_bind",
				"  undo write 0 to net/ipv4/ip_nonlocal_bind if still 1",
			],
			removal: [
				"option: set net/ipv4/ip_nonlocal_bind back to 0",
				"  do write 0 to net/ipv4/ip_nonlocal_bind if still 1",
				"  undo write 1 to net/ipv4/ip_nonlocal_bind",
			],
		},
	],
	drifts: [
		{
			name: "forwarding of the host was switched off",
			host: lan,
			want,
			meddle: write(want.path, "0"),
			told: ["net/ipv4/ip_forward is 0, was set to 1"],
		},
		{
			name: "an option was switched off",
			host: lan,
			want: other,
			meddle: write(other.path, "0"),
			told: ["net/ipv4/ip_nonlocal_bind is 0, was set to 1"],
		},
	],
});
