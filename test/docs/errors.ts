import { exitMeanings, exitStatus } from "../../src/cli/exit.js";
import type { ErrorCode } from "../../src/sys/error-code.js";
import { table } from "./spec.js";

interface Description {
	/** The class for `instanceof`; UmlnetError if the code has no class of its own. */
	readonly class: string;
	readonly meaning: string;
	readonly remedy: string;
}

/** Every code of a warning: something that will not work, although it is done as asked for. */
export const WARNING_CODES: Readonly<Record<string, string>> = {
	WARN_CONFLICT:
		"Something of others stands in the way of a part of what `down` would do: the rest would be done, and that part is refused.",
	WARN_PUBLISH_ADDRESS:
		"No interface of this host has the address whose ports are published. Packets for it come only if it is routed to this host: give it to an interface, or leave the address out of `publish`.",
	WARN_SNAT_ADDRESS:
		"No interface of this host has the address that guests are to appear as. Answers to what they send come back only if that address is routed to this host: give it to the uplink, or leave out `snatTo`.",
	WARN_POLICY_BY_ADDRESS:
		"What is said of a guest (`egress`, `host`) goes by its addresses, because others are on its bridge, or because it is said of this tap alone. Guard `basic` lets the guest take another link-local address, or any of a family in which none is given. `guard: strict` keeps it to its own.",
	WARN_UPLINK_DOWN:
		"The uplink is down. Nothing gets out by it until it is up: `ip link set NAME up`.",
	WARN_UPLINK_NO_ADDRESS:
		"The uplink has no IPv4 address, so there is none that guests behind source NAT can appear as. Give it one, or name the uplink that has it.",
	WARN_UPLINK_NO_CARRIER:
		"The uplink is up and has no carrier: nothing gets out through it until its cable is plugged in, or its peer is up.",
	WARN_UPLINK_NO_IPV6:
		"Guests have IPv6 addresses, and the uplink has no IPv6: the kernel takes it off an interface whose MTU is less than 1280. `ip link set NAME mtu 1500`, then `up` once more.",
	WARN_UPLINK_PORT:
		"The uplink is a port of a bridge or a bond. Its packets come in by that, so that is the uplink to name.",
	WARN_UPLINK_IN_RULES:
		"Rules of others ask for an uplink, by name or by index, that becomes a port of a bridge: the host's own packets come in by the bridge from then on, and go out by it. Let the rules name the bridge as well.",
};

/** Every code of an error. A test compares the list with the codes in src. */
export const ERROR_CODES: Readonly<Record<ErrorCode, Description>> = {
	ERR_USAGE: {
		class: "`UmlnetError`",
		meaning:
			"The command line, or an argument of the library, makes no sense: an unknown option, two that exclude each other, a value that is no plain data.",
		remedy: "The hint shows how it is meant; `umlnet-nl VERB --help` has examples.",
	},
	ERR_SPEC: {
		class: "`SpecError`",
		meaning:
			"The spec is wrong, or the network namespace that was named does not exist. `issues` has everything that is wrong with it, each with its path, its line and, where there is one, a better value. Nothing was changed.",
		remedy:
			"Correct the spec; [spec.md](spec.md) has every key. `umlnet-nl plan -f FILE` checks it.",
	},
	ERR_UNSUPPORTED: {
		class: "`UnsupportedError`",
		meaning: "What was asked for is planned and not there yet. It is refused rather than ignored.",
		remedy: "Leave it out, or wait for a version that has it.",
	},
	ERR_ADDRESS: {
		class: "`AddressError`",
		meaning:
			"A text is no address or no prefix. Only programs that read addresses by themselves see it; in a spec it is an issue of `ERR_SPEC`.",
		remedy: "Correct the text: `192.168.33.33/24`, `fd00:33::33/64`.",
	},
	ERR_NFT: {
		class: "`NftError`",
		meaning:
			"A ruleset document is wrong. `path` is the place in its JSON. It was found before anything was sent.",
		remedy: "Correct the document; libnftables-json(5) describes it.",
	},
	ERR_NFT_UNSUPPORTED: {
		class: "`NftError`",
		meaning: "The document is right, and says something that cannot be compiled here yet.",
		remedy: "[nftables.md](nftables.md) says what that is; `nft -j -f` takes such a document.",
	},
	ERR_KERNEL: {
		class: "`KernelError`",
		meaning:
			"The kernel refused a request. `errno` is its name, `kernel` what the kernel itself says, `attribute` the attribute that it does not like, `step` what was being done. Everything was rolled back.",
		remedy: "The kernel's own sentence names the cause; the hint says what usually helps.",
	},
	ERR_PERMISSION: {
		class: "`KernelError`, or `UmlnetError` for files",
		meaning:
			"The kernel or a file refused for want of a right: CAP_NET_ADMIN, CAP_SYS_ADMIN to enter another namespace, access to `/dev/net/tun`; or the state directory could be written by others and is not trusted.",
		remedy: "Run it as root (`sudo`), or give what the hint names.",
	},
	ERR_CONFLICT: {
		class: "`ConflictError`",
		meaning:
			"Something that is not ours is where something has to be made: a link of that name, an address, a subnet that another link has. It was left alone, and everything was rolled back.",
		remedy:
			"Choose another name or address, or remove what is there: the hint shows how to look at it.",
	},
	ERR_LOCK: {
		class: "`LockError`",
		meaning: "Another umlnet-nl is at work in this network namespace and was not done in time.",
		remedy: "Try again, or wait longer: `--timeout SECONDS`.",
	},
	ERR_PROVISIONAL: {
		class: "`ProvisionalError`",
		meaning:
			"The change before was made with `--confirm-within` and waits to be confirmed. Until then no other begins.",
		remedy: "`umlnet-nl confirm` keeps it; without that it is rolled back when its time is over.",
	},
	ERR_UNCONFIRMED: {
		class: "`NotConfirmedError`",
		meaning: "What `--confirm-within` applied was not confirmed in time, and was rolled back.",
		remedy: "Make the change again, and confirm it with `umlnet-nl confirm`.",
	},
	ERR_ROLLBACK: {
		class: "`RollbackError`",
		meaning:
			"A step failed, and of what was to be undone then something was refused as well. `residual` names all that is left.",
		remedy:
			"`umlnet-nl recover` tries again; `umlnet-nl recover --give-up` forgets what the host does not take back.",
	},
	ERR_CONNECTION: {
		class: "`ConnectionError`",
		meaning:
			"`up` or `down` would take away the link that the SSH connection of the caller runs over, or take its addresses, or put it under a bridge or take it out there. Nothing was changed.",
		remedy:
			"Add `--confirm-within 60`, and type `umlnet-nl confirm` once it is done: if the connection is cut, all is rolled back. With `--yes` it is done without that.",
	},
	ERR_DEADLINE: {
		class: "`DeadlineError`",
		meaning: "The kernel did not answer a netlink request in time. Everything was rolled back.",
		remedy: "Try again; a machine that is out of memory or stopped in a debugger does this.",
	},
	ERR_OVERRUN: {
		class: "`OverrunError`",
		meaning: "The kernel dropped netlink messages for us, because a receive buffer was full.",
		remedy: "Try again. Who watches with a socket of his own gives it a larger receive buffer.",
	},
	ERR_DUMP_INTERRUPTED: {
		class: "`DumpInterruptedError`",
		meaning: "Others changed the network each time it was read, however often that was tried.",
		remedy: "Try again when less happens on the host.",
	},
	ERR_WIRE: {
		class: "`WireError`",
		meaning: "Bytes of a netlink message make no sense, or a value does not fit its attribute.",
		remedy:
			"For a message of your own: correct the value at `at`. Otherwise it is a bug: please report it.",
	},
	ERR_JOURNAL: {
		class: "`UmlnetError`",
		meaning:
			"The journal in the state directory is damaged or cannot be written. Nothing was touched.",
		remedy:
			"Make room on the file system. A damaged journal is named in the message: with it removed, `umlnet-nl recover --strays` removes what umlnet-nl has marked as its own.",
	},
	ERR_WATCHDOG: {
		class: "`UmlnetError`",
		meaning:
			"The process that rolls back after `--confirm-within` could not be started, so nothing was changed.",
		remedy: "Make room for another process, and try again.",
	},
	ERR_PLATFORM: {
		class: "`UmlnetError`",
		meaning: "There is no native module for this CPU or C library, so the system cannot be called.",
		remedy:
			"Install the optional dependency of your platform (`@koromix/koffi-linux-…`); npm leaves it out with `--omit=optional`.",
	},
	ERR_SYSTEM: {
		class: "`UmlnetError`",
		meaning: "The system refused something that is no object of the network: a file, memory.",
		remedy: "The message names the file and the cause.",
	},
	ERR_CLOSED: {
		class: "`UmlnetError`",
		meaning: "Library: the engine was closed before this call, or while it waited.",
		remedy: "Call before `close()`, or open another engine.",
	},
	ERR_ABORTED: {
		class: "`UmlnetError`",
		meaning:
			"Library: the caller's `signal` was aborted before the call began. Nothing was changed.",
		remedy: "None is needed.",
	},
	ERR_INTERNAL: {
		class: "`UmlnetError`",
		meaning: "An error of ours, of a kind that should not happen.",
		remedy: "Please report it, with the output of `-v`.",
	},
};

/** The reference of errors in Markdown. */
export function errorReference(): string {
	const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => {
		return { code, ...ERROR_CODES[code] };
	});
	return `${[
		"<!-- Made from src and test/docs/errors.ts by `npm run reference`: do not edit. -->",
		"# Errors",
		"Every error has a stable `code`. The command line prints it as `error[CODE]` on stderr, or under `--json` as " +
			'`{"error":{"code","message","path","step","errno","kernel","hint","issues"}}` on stdout, and ends with the exit status ' +
			"below. The library throws an `UmlnetError`, or a class made from it, with the same `code`; " +
			"`path` is the place in the spec, `step` what was being done, `hint` what helps, and `cause` the error behind it.",
		"Codes stay what they are from version to version; messages and hints are for people and may become better.",
		"## Exit statuses",
		table(
			["exit status", "meaning", "codes"],
			exitMeanings.map(([status, meaning]) => [
				String(status),
				meaning,
				codes
					.filter(({ code }) => exitStatus(code) === status)
					.map(({ code }) => `[\`${code}\`](#${code.toLowerCase()})`)
					.join(", "),
			]),
		),
		"## Codes",
		...codes.flatMap(({ code, class: name, meaning, remedy }) => [
			`### ${code}`,
			`${meaning}`,
			[`- Exit status: ${exitStatus(code)}`, `- Class: ${name}`, `- What to do: ${remedy}`].join(
				"\n",
			),
		]),
		"## Warnings",
		"`plan` and `up` say on stderr, as `warning: …`, what will not work of what is newly made. It is done all the same, and the exit status is that of what was done. Reports, and `--json`, have them as `warnings`, each with `code`, `message` and `path`, the place in the spec.",
		...Object.entries(WARNING_CODES).map(([code, meaning]) => `### ${code}\n\n${meaning}`),
	].join("\n\n")}\n`;
}
