/** A destination of text: a terminal, a file or a pipe. */
export interface Sink {
	write(text: string): void;
	readonly isTTY: boolean;
	/** The width of a terminal. */
	readonly columns: number | undefined;
}
