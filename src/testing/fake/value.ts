/** The types of what a message takes and of what is decoded from it, derived from the tables. */
export type Given<M> = M extends { encode(value: infer V): Uint8Array } ? V : never;
export type Taken<M> = M extends { decode(payload: Uint8Array): infer V } ? V : never;
