/** The numbers of src that no header of the kernel or of the C library knows: they are limits and words of our own. */

/** By these a name says itself that it is none of the kernel's: a limit, a default, an end, a time, a size, a number of tries. */
const CONVENTION = /^(MAX|DEFAULT|FIRST|LAST)_|(^|_)(MS|BYTES|TRIES)$/;

const LISTED: readonly string[] = [
	// bytes of the text of addresses
	"DOT",
	"NINE",
	"ZERO",
	// protobuf's wire types, and a length from which its writer changes the way
	"I32",
	"I64",
	"LENGTH_DELIMITED",
	"SHORT",
	"VARINT",
	// the journal: CRC-32C, a record's head, its largest, the way to its directory; the head of cached code
	"HEAD",
	"LINKS",
	"POLYNOMIAL",
	"PREAMBLE",
	"RECORD_MAX",
	"STRICT",
	// packets
	"HEADER",
	"IPV4_ALEN",
	"MOST",
	"ND_HOP_LIMIT",
	"UNIT",
	// links, taps, guests
	"DEV_NULL",
	"FOR_EVER",
	"IMPOSSIBLE_MTU",
	"KNOWN_MAX",
	"NAME_SPACE",
	"NLA_MAX",
	"PROTOCOL",
	"QUEUES",
	"REFILL_CHUNK",
	"SUGGESTIONS",
	"TICKS_PER_SECOND",
	// the thread
	"CROWD",
	"GUESTS",
	"MANY",
	"POOLED_GUESTS",
	"REAPERS",
	"UPLINK",
	// nf_tables: registers, what libnftnl and nft keep in userdata, limits of the fast ways
	"CHUNK",
	"COMMENT",
	"CONCAT",
	"COUNT",
	"DATA",
	"DAY",
	"ELEMENT_FLAGS",
	"EXACT",
	"EXPR",
	"FAST_BITS",
	"FIRST",
	"INTERVAL",
	"INTERVAL_OPEN",
	"KEPT",
	"KEY",
	"LAST",
	"NFTNL_UDATA_SET_ELEM_COMMENT",
	"PART",
	"PAUSE",
	"PREFIX_SIZE",
	"REGISTER_BITS",
	"STAR",
	"SYMMETRIC",
	"TURN",
	"TYPE_BITS",
	"VERDICT",
	"WASTED",
	"WHOLE",
];
const listed = new Set(LISTED);

export const ours: readonly string[] = LISTED;
/** Whether a name is one of ours. */
export const isOurs = (name: string): boolean => CONVENTION.test(name) || listed.has(name);
