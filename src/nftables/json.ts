/** A document of libnftables-json(5). */
export interface Document {
	readonly nftables: readonly unknown[];
}
