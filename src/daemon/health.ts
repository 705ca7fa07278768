/** grpc.health.v1.Health (github.com/grpc/grpc, health-checking): whether calls are answered. */
import { LENGTH_DELIMITED, WireReader, WireWriter } from "../proto/wire.js";
import { CallError, type Methods, Status, type Unary } from "./transport.js";

const SERVING = 1;
const SERVICES = ["", "umlnet.v1.HostService"];

/** A request names a service in its field 1, and field 1 of the response is the status of that service. */
const check: Unary = (request) => {
	const r = new WireReader(request);
	let service = "";
	while (r.position < request.length) {
		const tag = r.varint();
		if (tag === ((1 << 3) | LENGTH_DELIMITED)) service = r.string();
		else r.skip(tag % 8);
	}
	if (!SERVICES.includes(service)) throw new CallError(Status.notFound, "there is no such service");
	const w = new WireWriter();
	w.varintField(1 << 3, SERVING);
	return w.written;
};

export const health: Methods = { unary: { "/grpc.health.v1.Health/Check": check }, streams: {} };
