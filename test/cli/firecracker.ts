/**
 * The network interfaces of Firecracker's configuration file, rewritten from `NetworkInterface` in its OpenAPI
 * description (src/firecracker/swagger/firecracker.yaml). Firecracker refuses fields that it does not know.
 */
export const FIRECRACKER_NETWORK: Schema = {
	type: "object",
	required: ["network-interfaces"],
	properties: {
		"network-interfaces": {
			type: "array",
			items: {
				type: "object",
				required: ["host_dev_name", "iface_id"],
				properties: {
					iface_id: { type: "string", pattern: /^[A-Za-z0-9_]+$/ },
					host_dev_name: { type: "string", pattern: /^[^/\s]{1,15}$/ },
					guest_mac: { type: "string", pattern: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i },
					rx_rate_limiter: { type: "object", required: [], properties: {} },
					tx_rate_limiter: { type: "object", required: [], properties: {} },
				},
			},
		},
	},
};

/** The part of JSON Schema that this needs. */
export type Schema =
	| { readonly type: "string"; readonly pattern: RegExp }
	| { readonly type: "array"; readonly items: Schema }
	| {
			readonly type: "object";
			readonly required: readonly string[];
			readonly properties: Readonly<Record<string, Schema>>;
	  };

/** How a value violates a schema, with the place of each violation. */
export function violations(schema: Schema, value: unknown, at = "$"): string[] {
	if (schema.type === "string")
		return typeof value === "string" && schema.pattern.test(value) ? [] : [`${at}: ${value}`];
	if (schema.type === "array") {
		if (!Array.isArray(value)) return [`${at}: no array`];
		return value.flatMap((item, i) => violations(schema.items, item, `${at}[${i}]`));
	}
	if (typeof value !== "object" || value === null || Array.isArray(value))
		return [`${at}: no object`];
	const fields = value as Readonly<Record<string, unknown>>;
	const missing = schema.required.filter((name) => !(name in fields));
	return [
		...missing.map((name) => `${at}.${name}: missing`),
		...Object.entries(fields).flatMap(([name, field]) => {
			const known = schema.properties[name];
			return known === undefined
				? [`${at}.${name}: unknown`]
				: violations(known, field, `${at}.${name}`);
		}),
	];
}
