// The floor: the time that the kernel itself takes for a NAT guest if nothing else is done. Raw sockets, messages
// that are encoded once and patched in place, no verification, no journal, no undo.
// `c_floor pool`: the floor of a warm pool. The tap of a former guest stays, unconfigured and down.
// The line protocol is described in ../peer.ts.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/ip.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OWNER = 500, WINDOW_MAX = 1024, FIRST_INDEX = 1000000 };

// The first number of the churning thread's guests, which no other guest has.
enum { CONTENDER = 1500000 };

// Whether taps stay, and for each guest's number whether its tap is parked.
static int pool;
static char waits[CONTENDER + WINDOW_MAX];

static void must(int good, const char *what) {
	if (good) return;
	fprintf(stderr, "c_floor: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

// ---- messages ------------------------------------------------------------------------------------------------

struct buffer {
	char bytes[1 << 19];
	size_t length;
};

static void *put(struct buffer *b, const void *bytes, size_t length) {
	void *at = b->bytes + b->length;
	if (bytes) memcpy(at, bytes, length);
	else memset(at, 0, length);
	size_t padded = (length + 3) & ~3UL;
	memset((char *)at + length, 0, padded - length);
	b->length += padded;
	return at;
}

static struct nlmsghdr *begin(struct buffer *b, int type, int flags) {
	struct nlmsghdr header = {.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags};
	return put(b, &header, sizeof header);
}

static void end(struct buffer *b, struct nlmsghdr *header) {
	header->nlmsg_len = b->bytes + b->length - (char *)header;
}

static struct nlattr *attr(struct buffer *b, int type, const void *bytes, size_t length) {
	struct nlattr header = {.nla_type = type, .nla_len = NLA_HDRLEN + length};
	struct nlattr *at = put(b, &header, sizeof header);
	if (length) put(b, bytes, length);
	return at;
}

static void attr32(struct buffer *b, int type, uint32_t value) { attr(b, type, &value, 4); }

static struct nlattr *nest(struct buffer *b, int type) { return attr(b, type | NLA_F_NESTED, NULL, 0); }

static void unnest(struct buffer *b, struct nlattr *at) {
	at->nla_len = b->bytes + b->length - (char *)at;
}

// ---- one guest -----------------------------------------------------------------------------------------------

struct session {
	int route, nft;
	struct buffer b;
};

static int netlink(int protocol) {
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	must(fd >= 0, "socket");
	int size = 4 << 20;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	must(connect(fd, (struct sockaddr *)&kernel, sizeof kernel) == 0, "connect");
	return fd;
}

static struct session *session(void) {
	struct session *s = malloc(sizeof *s);
	must(s != NULL, "malloc");
	s->route = netlink(NETLINK_ROUTE);
	s->nft = netlink(NETLINK_NETFILTER);
	return s;
}

// Only the last message asks for an acknowledgement: an error of an earlier one would come before it.
static void transact(int fd, struct buffer *b, const char *what) {
	must(send(fd, b->bytes, b->length, 0) == (ssize_t)b->length, what);
	struct { struct nlmsghdr header; struct nlmsgerr error; char rest[8192]; } reply;
	must(recv(fd, &reply, sizeof reply, 0) > 0, what);
	errno = -reply.error.error;
	must(reply.header.nlmsg_type == NLMSG_ERROR && reply.error.error == 0, what);
}

// Guest i has the /30 network 10.128.0.0 + 4 i: the host is .1, the guest is .2.
static uint32_t host(int i) { return htonl(0x0a800001u + 4 * (uint32_t)i); }
static uint32_t guest(int i) { return htonl(0x0a800002u + 4 * (uint32_t)i); }

static void create_tap(int i) {
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	must(fd >= 0, "/dev/net/tun");
	unsigned index = FIRST_INDEX + i;
	must(ioctl(fd, TUNSETIFINDEX, &index) == 0, "TUNSETIFINDEX");
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL};
	snprintf(request.ifr_name, IFNAMSIZ, "b%d", i);
	must(ioctl(fd, TUNSETIFF, &request) == 0, "TUNSETIFF");
	must(ioctl(fd, TUNSETOWNER, OWNER) == 0, "TUNSETOWNER");
	must(ioctl(fd, TUNSETPERSIST, 1) == 0, "TUNSETPERSIST");
	close(fd);
}

// Set a link up for a guest in a group. In a pool, set it up or down, with another MAC each time.
static void put_link(struct buffer *b, int i, int group, int up) {
	struct nlmsghdr *m = begin(b, RTM_NEWLINK, 0);
	struct ifinfomsg header = {
		.ifi_index = FIRST_INDEX + i, .ifi_flags = up ? IFF_UP : 0, .ifi_change = IFF_UP};
	put(b, &header, sizeof header);
	if (pool) {
		unsigned char mac[6] = {2, up, i >> 24, i >> 16, i >> 8, i};
		attr(b, IFLA_ADDRESS, mac, sizeof mac);
	} else {
		attr32(b, IFLA_GROUP, group);
	}
	struct nlattr *spec = nest(b, IFLA_AF_SPEC);
	struct nlattr *inet = nest(b, AF_INET);
	struct nlattr *conf = nest(b, IFLA_INET_CONF);
	attr32(b, IPV4_DEVCONF_PROXY_ARP, up);
	attr32(b, IPV4_DEVCONF_FORWARDING, up);
	unnest(b, conf);
	unnest(b, inet);
	unnest(b, spec);
	end(b, m);
}

static void put_address(struct buffer *b, int type, int i, int flags) {
	struct nlmsghdr *m = begin(b, type, flags);
	struct ifaddrmsg header = {
		.ifa_family = AF_INET, .ifa_prefixlen = 30, .ifa_index = FIRST_INDEX + i};
	put(b, &header, sizeof header);
	attr32(b, IFA_LOCAL, host(i));
	attr32(b, IFA_ADDRESS, host(i));
	end(b, m);
}

static void elements(struct session *s, int type, int first, int count) {
	struct buffer *b = &s->b;
	b->length = 0;
	struct nfgenmsg batch = {.res_id = htons(NFNL_SUBSYS_NFTABLES)};
	struct nfgenmsg ip = {.nfgen_family = AF_INET};
	struct nlmsghdr *m = begin(b, NFNL_MSG_BATCH_BEGIN, 0);
	put(b, &batch, sizeof batch);
	end(b, m);
	m = begin(b, NFNL_SUBSYS_NFTABLES << 8 | type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
	put(b, &ip, sizeof ip);
	attr(b, NFTA_SET_ELEM_LIST_TABLE, "bench", sizeof "bench");
	attr(b, NFTA_SET_ELEM_LIST_SET, "guests", sizeof "guests");
	struct nlattr *all = nest(b, NFTA_SET_ELEM_LIST_ELEMENTS);
	for (int i = first; i < first + count; i++) {
		struct nlattr *element = nest(b, NFTA_LIST_ELEM);
		struct nlattr *key = nest(b, NFTA_SET_ELEM_KEY);
		attr32(b, NFTA_DATA_VALUE, guest(i));
		unnest(b, key);
		unnest(b, element);
	}
	unnest(b, all);
	end(b, m);
	m = begin(b, NFNL_MSG_BATCH_END, NLM_F_ACK);
	put(b, &batch, sizeof batch);
	end(b, m);
	transact(s->nft, b, "set elements");
}

// ---- many guests ---------------------------------------------------------------------------------------------

// Make `count` taps with one rtnetlink send and one nf_tables batch. `down` deletes their group.
static void up(struct session *s, int first, int count, int group) {
	for (int i = first; i < first + count; i++)
		if (!waits[i]) create_tap(i);
	s->b.length = 0;
	for (int i = first; i < first + count; i++) {
		put_link(&s->b, i, group, 1);
		int last = i == first + count - 1 ? NLM_F_ACK : 0;
		put_address(&s->b, RTM_NEWADDR, i, NLM_F_CREATE | NLM_F_EXCL | last);
	}
	transact(s->route, &s->b, "link and address");
	elements(s, NFT_MSG_NEWSETELEM, first, count);
}

static void park(struct session *s, int first, int count) {
	s->b.length = 0;
	for (int i = first; i < first + count; i++) {
		put_link(&s->b, i, 0, 0);
		put_address(&s->b, RTM_DELADDR, i, i == first + count - 1 ? NLM_F_ACK : 0);
		waits[i] = 1;
	}
	transact(s->route, &s->b, "parking");
}

static void down(struct session *s, int first, int count, int group) {
	elements(s, NFT_MSG_DELSETELEM, first, count);
	if (pool) {
		park(s, first, count);
		return;
	}
	s->b.length = 0;
	struct nlmsghdr *m = begin(&s->b, RTM_DELLINK, NLM_F_ACK);
	struct ifinfomsg header = {0};
	put(&s->b, &header, sizeof header);
	attr32(&s->b, IFLA_GROUP, group);
	end(&s->b, m);
	transact(s->route, &s->b, "group delete");
}

static void churn(struct session *s, int first, int guests, int window, const atomic_int *stop) {
	for (int done = 0; done < guests && !(stop && *stop); done += window) {
		int count = guests - done < window ? guests - done : window;
		up(s, first, count, first + 1);
		down(s, first, count, first + 1);
	}
}

struct contender {
	atomic_int stop;
	int window;
};

static void *contend(void *argument) {
	struct contender *c = argument;
	churn(session(), CONTENDER, 1 << 30, c->window, &c->stop);
	return NULL;
}

static void each(struct session *s, int first, int count, useconds_t apart) {
	printf("ok");
	for (int i = first; i < first + count; i++) {
		if (apart) usleep(apart);
		long start = now();
		up(s, i, 1, first + 1);
		printf(" %ld", now() - start);
	}
	printf("\n");
}

int main(int argc, char **argv) {
	pool = argc > 1 && strcmp(argv[1], "pool") == 0;
	struct session *s = session();
	char line[128];
	int a, n;
	while (fgets(line, sizeof line, stdin)) {
		if (sscanf(line, "up %d %d", &a, &n) == 2) {
			each(s, a, n, 0);
		} else if (sscanf(line, "down %d %d", &a, &n) == 2) {
			long start = now();
			down(s, a, n, a + 1);
			printf("ok %ld\n", now() - start);
		} else if (sscanf(line, "churn %d %d", &a, &n) == 2) {
			must(n > 0 && n <= WINDOW_MAX, "window");
			long start = now();
			churn(s, CONTENDER, a, n, NULL);
			printf("ok %ld\n", now() - start);
		} else if (sscanf(line, "contend %d %d", &a, &n) == 2) {
			must(n > 0 && n <= WINDOW_MAX, "window");
			struct contender c = {.window = n};
			pthread_t thread;
			must(pthread_create(&thread, NULL, contend, &c) == 0, "pthread_create");
			usleep(100000);
			each(s, 0, a, 2000);
			c.stop = 1;
			pthread_join(thread, NULL);
			down(s, 0, a, 1);
		} else {
			printf("no\n");
		}
		fflush(stdout);
	}
	return 0;
}
