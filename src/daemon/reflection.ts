/** grpc.reflection.v1.ServerReflection: the schema of the service for clients that have no .proto, such as grpcurl. */
import { descriptorSet } from "../proto/message.js";
import { LENGTH_DELIMITED, WireReader, WireWriter } from "../proto/wire.js";
import { type Methods, Status, type Stream } from "./transport.js";

const bytesTag = (field: number): number => (field << 3) | LENGTH_DELIMITED;
const SERVICES = [
	"umlnet.v1.HostService",
	"grpc.health.v1.Health",
	"grpc.reflection.v1.ServerReflection",
];

// Of ServerReflectionRequest (grpc/reflection/v1/reflection.proto).
const FILE_BY_FILENAME = bytesTag(3);
const FILE_CONTAINING_SYMBOL = bytesTag(4);
const LIST_SERVICES = bytesTag(7);
// Of ServerReflectionResponse.
const ORIGINAL_REQUEST = bytesTag(2);
const FILE_DESCRIPTOR = bytesTag(4);
const SERVICES_LISTED = bytesTag(6);
const ERROR = bytesTag(7);

/** The FileDescriptorProtos of the set: its field 1. */
function files(): Uint8Array[] {
	const set = descriptorSet();
	const r = new WireReader(set);
	const found: Uint8Array[] = [];
	while (r.position < set.length) {
		const tag = r.varint();
		if (tag === bytesTag(1)) found.push(r.bytes());
		else r.skip(tag % 8);
	}
	return found;
}

const isOurs = (symbol: string): boolean => symbol.startsWith("umlnet.v1.");

function answer(w: WireWriter, tag: number, asked: string): void {
	if (tag === LIST_SERVICES) {
		const at = w.beginField(SERVICES_LISTED);
		for (const name of SERVICES) {
			const one = w.beginField(bytesTag(1));
			w.textField(bytesTag(1), name);
			w.end(one);
		}
		w.end(at);
	} else if (tag === FILE_BY_FILENAME || (tag === FILE_CONTAINING_SYMBOL && isOurs(asked))) {
		const at = w.beginField(FILE_DESCRIPTOR);
		for (const file of files()) {
			w.varint(bytesTag(1));
			w.bytes(file);
		}
		w.end(at);
	} else {
		const at = w.beginField(ERROR);
		w.varintField(1 << 3, Status.notFound);
		w.textField(bytesTag(2), "there is no such thing here");
		w.end(at);
	}
}

const info: Stream = (request) => {
	const w = new WireWriter();
	w.varint(ORIGINAL_REQUEST);
	w.bytes(request);
	const r = new WireReader(request);
	while (r.position < request.length) {
		const tag = r.varint();
		// The host is the first field, and asks for nothing.
		if (tag % 8 !== LENGTH_DELIMITED || tag === bytesTag(1)) r.skip(tag % 8);
		else answer(w, tag, r.string());
	}
	return [w.written];
};

export const reflection: Methods = {
	unary: {},
	streams: {
		"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo": info,
		"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": info,
	},
};
