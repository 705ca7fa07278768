/** What a message takes, and what comes out of one: the tables' own types. */
export type Given<M> = M extends { encode(value: infer V): Uint8Array } ? V : never;
export type Taken<M> = M extends { decode(payload: Uint8Array): infer V } ? V : never;
