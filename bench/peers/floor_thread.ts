/** The thread of floor.ts: system calls, and messages that are copied and patched, including those for the undo. */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { OWNER, range, tap } from "../guest.js";
import { sys, uapi } from "../library.js";
import { Journal } from "./floor_journal.js";
import { FIRST_INDEX, Send } from "./floor_messages.js";

/** Bring up one guest in a group, or take down all guests of a group. */
export type Job =
	| { readonly id: number; readonly up: number; readonly group: number }
	| { readonly id: number; readonly down: readonly [first: number, count: number] };

const O_RDWR_CLOEXEC = 0o2000002; // asm-generic/fcntl.h
const AF_NETLINK = 16; // linux/socket.h
const SOCK_RAW_CLOEXEC = 0o2000003;
const NETLINK_ROUTE = 0; // linux/netlink.h
const NETLINK_NETFILTER = 12;

const { bind, check, enterNetns } = await sys();
const { IFF_NO_PI, IFF_TAP, IFF_TUN_EXCL, TUNSETIFF } = await uapi();
const { TUNSETIFINDEX, TUNSETOWNER, TUNSETPERSIST } = await uapi();
const open = bind<[Uint8Array, number]>("open", ["void *", "int"]);
const close = bind<[number]>("close", ["int"]);
const ioctl = bind<[number, number, Uint8Array]>("ioctl", ["int", "ulong", "void *"]);
const ioctlNumber = bind<[number, number, number]>("ioctl", ["int", "ulong", "long"]);
const socket = bind<[number, number, number]>("socket", ["int", "int", "int"]);
const transfer = ["int", "void *", "ulong", "int"] as const;
const sendTo = bind<[number, Uint8Array, number, number]>("send", transfer, "long");
const receive = bind<[number, Uint8Array, number, number]>("recv", transfer, "long");

/** Where it works, and whether the taps of former guests stay, unconfigured and down. */
export interface Place {
	readonly netns: string;
	/** The folder of the journal. */
	readonly folder: string;
	readonly pool: boolean;
}

const { netns, folder, pool } = workerData as Place;
enterNetns(netns);
const journal = new Journal(folder);
const parked = new Set<number>();
const route = check("socket", socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE));
const nft = check("socket", socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER));
const send = new Send();
const undoLinks = new Send();
const undoElements = new Send();
const inbox = Buffer.alloc(8192);
const device = Buffer.from("/dev/net/tun\0");
const index = Buffer.alloc(4);
const ifreq = Buffer.alloc(40); // sizeof(struct ifreq)
ifreq.writeUInt16LE(IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL, 16);

function transact(fd: number, what: string): void {
	check(what, sendTo(fd, send.bytes, send.length, 0));
	check(what, receive(fd, inbox, inbox.length, 0));
	check(what, inbox.readInt32LE(16)); // The member `error` of struct nlmsgerr.
}

function createTap(guest: number): void {
	const fd = check("open", open(device, O_RDWR_CLOEXEC));
	index.writeUInt32LE(FIRST_INDEX + guest);
	check("TUNSETIFINDEX", ioctl(fd, TUNSETIFINDEX, index));
	ifreq.fill(0, 0, 16).write(tap(guest), "latin1");
	check("TUNSETIFF", ioctl(fd, TUNSETIFF, ifreq));
	check("TUNSETOWNER", ioctlNumber(fd, TUNSETOWNER, OWNER));
	check("TUNSETPERSIST", ioctlNumber(fd, TUNSETPERSIST, 1));
	check("close", close(fd));
}

function up(guests: readonly number[], group: number): void {
	undoElements.elements("delete", guests);
	if (pool) undoLinks.links("park", guests, 0);
	else undoLinks.group(group);
	journal.begin(undoElements, undoLinks);
	for (const guest of guests) if (!parked.has(guest)) createTap(guest);
	send.links(pool ? "take" : "new", guests, group);
	transact(route, "links and addresses");
	send.elements("add", guests);
	transact(nft, "elements");
	journal.end(guests.length);
}

function down(first: number, count: number): void {
	const guests = range(first, count);
	undoElements.elements("add", guests);
	undoLinks.links(pool ? "take" : "new", guests, first + 1);
	journal.begin(undoElements, undoLinks);
	send.elements("delete", guests);
	transact(nft, "elements");
	if (pool) {
		send.links("park", guests, 0);
		for (const guest of guests) parked.add(guest);
	} else send.group(first + 1);
	transact(route, pool ? "parking" : "group delete");
	journal.end(guests.length);
}

const port = parentPort;
if (port === null) throw new Error("floor_thread.ts runs in a worker thread");
port.on("message", (first: Job) => {
	const jobs = [first];
	// Include jobs that have arrived in the meantime.
	for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
		jobs.push(next.message as Job);
	const ups = jobs.filter((job) => "up" in job);
	const [{ group } = { group: 0 }] = ups;
	if (ups.length > 0)
		up(
			ups.map((job) => job.up),
			group,
		);
	for (const job of jobs) if ("down" in job) down(...job.down);
	port.postMessage(jobs.map(({ id }) => id));
});
