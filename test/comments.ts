import { parseSync } from "rolldown/utils";

/** A comment: consecutive lines of `//` count as one. */
export interface Comment {
	readonly path: string;
	readonly line: number;
	readonly text: string;
}

/** The comments of a file, without the marks around them. Directives for tools are left out. */
export function commentsOf(path: string, source: string): Comment[] {
	const found: { start: number; end: number; isLine: boolean; text: string }[] = [];
	for (const { type, value, start, end } of parseSync(path, source).comments) {
		if (/^#!/.test(source.slice(start, end)) || /^\s*(biome-ignore|@ts-)/.test(value)) continue;
		const isLine = type === "Line";
		const text = value
			.replace(/^\*/, "")
			.replace(/^[ \t]*\* ?/gm, "")
			.trim();
		const last = found.at(-1);
		const between = last && source.slice(last.end, start);
		const isNext = isLine && last?.isLine && /^\r?\n[ \t]*$/.test(between ?? "");
		if (isNext && last !== undefined) {
			last.end = end;
			last.text += `\n${text}`;
		} else found.push({ start, end, isLine, text });
	}
	return found.map(({ start, text }) => ({
		path,
		line: source.slice(0, start).split("\n").length,
		text,
	}));
}

/** Names that are written in lower case, also at the beginning of a sentence. */
const NAMES =
	/^(ct|fish|icmp|koffi|libnftnl|nft|nftables|npm|rtnetlink|skb|strace|struct)('s|')?[,.:]?$/;

/** Whether a word keeps its case because it is a name, or code such as `ifr_name`. */
const isName = (word: string): boolean => NAMES.test(word) || /[^a-z,;:.'’]|^'|\w\.\w/.test(word);

/** A comment of so few words need not be a sentence: `linux/if.h`, `enum nft_registers`. */
const FEW = 6;

/** A time with its unit, but no page of a manual such as `ioctl(2)`. */
const TIME = /\d\s?(ns|µs|us|ms|s|seconds?|milliseconds?|minutes?|hours?)\b/;

/** Names the source of a figure that every kernel has: a document, a file, a constant or a setting. */
const SOURCE = /RFC \d|\w\(\d\)|\.[ch]\b|\w_\w/;

/** A rule for comments. */
interface Rule {
	readonly name: string;
	/** The reason for the rule, which is part of the message when somebody breaks it. */
	readonly why: string;
	isBroken(comment: Comment): boolean;
}

/** The sentences of a comment: the text before its tags, without code, tables and lists. */
const proseOf = (text: string): string =>
	text
		.replace(/```[\s\S]*?```/g, "`code`.")
		.replace(/^(\||- |\s{4}).*$/gm, "")
		.split(/(?:^|\s)@(?:param|returns|throws)\b/)[0]
		?.trim() ?? "";

const isLong = (prose: string): boolean => prose.split(/\s+/).length > FEW;

export const RULES: readonly Rule[] = [
	{
		name: "begin with a capital letter",
		why: "a comment is a sentence",
		isBroken({ text }) {
			const prose = proseOf(text);
			const [first = ""] = prose.split(/\s/);
			return isLong(prose) && !isName(first);
		},
	},
	{
		name: "end with a full stop",
		why: "a comment is a sentence",
		isBroken({ text }) {
			const prose = proseOf(text);
			return isLong(prose) && !/[.:?!…)`]$/.test(prose);
		},
	},
	{
		name: "have no figures of one machine in src",
		why: "they age: docs/performance.md has them",
		isBroken: ({ path, text }) =>
			path.startsWith("src/") &&
			!SOURCE.test(text) &&
			TIME.test(text.replace(/`[^`]*`|```[\s\S]*?```/g, "")),
	},
];

/** Every comment that breaks a rule, with the reason for the rule. */
export const violations = (path: string, source: string): string[] =>
	commentsOf(path, source).flatMap((comment) =>
		RULES.filter((rule) => rule.isBroken(comment)).map(
			({ name, why }) => `${path}:${comment.line} must ${name} (${why}): ${comment.text}`,
		),
	);
