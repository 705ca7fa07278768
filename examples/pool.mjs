// Taps made ahead, for a program that starts many guests which do not mind the name of their tap.
import { open } from "umlnet-nl";

// Eight taps wait; when fewer than two are left, more are made meanwhile.
const host = await open({ pool: { size: 8, low: 2, owner: 500 } });
try {
	const networks = { lab: { mode: "host-only" } };
	const guests = await Promise.all(
		[1, 2, 3].map((n) =>
			host.take({ network: "lab", networks, tap: { addresses: [`192.168.${n}.1/24`] } }),
		),
	);
	console.log(guests.map(({ addresses }) => addresses.join(", ")).join("\n"));

	// A tap that goes down is blanked and waits for the next guest.
	await host.down({ taps: guests.map(({ name }) => name) });
} finally {
	await host.close();
}
// It prints:
// 192.168.1.1/24
// 192.168.2.1/24
// 192.168.3.1/24
