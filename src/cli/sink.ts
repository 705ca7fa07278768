/** Where text goes: a terminal, a file or a pipe. */
export interface Sink {
	write(text: string): void;
	readonly isTTY: boolean;
	/** Of a terminal. */
	readonly columns: number | undefined;
}
