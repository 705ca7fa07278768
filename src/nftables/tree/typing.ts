import type { Datatype } from "../fact/datatype.js";
import type { Order } from "../fact/value.js";
import type { Node } from "./node.js";
/** Set the type of a node; its parts stay as they are. */
export function setType(node: Node, datatype: Datatype, order: Order | undefined): void {
	switch (node.kind) {
		case "prefix":
			setType(node.address, datatype, order);
			break;
		case "range":
			setType(node.low, datatype, order);
			setType(node.high, datatype, order);
			break;
		case "elem":
			setType(node.key, datatype, order);
			break;
		case "mapping":
			setType(node.key, datatype, order);
			break;
		case "set reference":
			for (const item of node.set.name.startsWith("__") ? (node.set.elements?.items ?? []) : [])
				setType(item, datatype, order);
			break;
		default:
			node.datatype = datatype;
			node.order = order;
	}
}
