import { expect, test } from "vitest";
import { Place } from "./library.js";

test("the library spares what it is told to", async () => {
	await using place = new Place();
	place.machine.sh(`
		ip link add eth1 type veth peer name lan0
		ip address add 10.33.33.34/8 dev eth1
		ip link set eth1 up
	`);
	const host = await place.open();
	const ssh = { local: "10.33.33.34", remote: "10.33.33.9" };
	const spec = {
		version: 1,
		networks: { br0: { mode: "bridged", bridge: "br0", uplink: "eth1" } },
		taps: { tap0: { network: "br0", owner: 500 } },
	} as const;
	const refused = { name: "ConnectionError", code: "ERR_CONNECTION", link: "eth1" };
	await expect(host.up(spec, { sparing: ssh })).rejects.toMatchObject(refused);
	await expect(host.up(spec, { sparing: { local: "" } as never })).rejects.toMatchObject({
		code: "ERR_USAGE",
	});
	await host.up(spec);
	const which = { taps: ["tap0"] };
	await expect(host.down(which, { sparing: ssh })).rejects.toMatchObject({ link: "br0" });
	expect(
		(await host.down(which, { sparing: { local: "192.0.2.1", remote: "192.0.2.2" } })).taps,
	).toEqual(["tap0"]);
});
