"""The pyroute2 peer: IPRoute for links and addresses, NFTables for the set element, all in one process.

pyroute2 0.7 has the nf_tables set element messages but no method for them: `element` below is what its own
`table`, `chain` and `rule` methods do. It asks for no ACK and reads none, as the library's `commit` does not
either. The line protocol is described in
../peer.ts.
"""

import sys
import threading
import time

from pyroute2 import IPRoute, NFTables
from pyroute2.netlink import NLM_F_CREATE, NLM_F_REQUEST
from pyroute2.netlink.nfnetlink.nftsocket import (
    NFT_MSG_DELSETELEM,
    NFT_MSG_NEWSETELEM,
    nft_set_elem_list_msg,
)

OWNER = 500
IFF_TAP = 2  # linux/if_tun.h
# The first number of the guests of a churn, which no other guest has.
CONTENDER = 1500000


def address(i, side):
    """Guest i has the /30 network 10.128.0.0 + 4 i: the host is .1, the guest is .2."""
    return (0x0A800000 + 4 * i + side).to_bytes(4, "big")


class Session:
    def __init__(self):
        self.route = IPRoute()
        self.nft = NFTables(nfgen_family=2)

    def element(self, verb, flags, i):
        message = nft_set_elem_list_msg()
        key = {"attrs": [("NFTA_DATA_VALUE", address(i, 2))]}
        message["attrs"] = [
            ("NFTA_SET_ELEM_LIST_TABLE", "bench"),
            ("NFTA_SET_ELEM_LIST_SET", "guests"),
            ("NFTA_SET_ELEM_LIST_ELEMENTS", [{"attrs": [("NFTA_SET_ELEM_KEY", key)]}]),
        ]
        self.nft.request_put(message, verb, NLM_F_REQUEST | flags)

    def up(self, i):
        name = f"b{i}"
        self.route.link("add", ifname=name, kind="tun", tun_type=IFF_TAP, tun_owner=OWNER)
        index = self.route.link_lookup(ifname=name)[0]
        host = ".".join(map(str, address(i, 1)))
        self.route.addr("add", index=index, address=host, prefixlen=30)
        self.route.link("set", index=index, state="up")
        for knob in ("proxy_arp", "forwarding"):
            with open(f"/proc/sys/net/ipv4/conf/{name}/{knob}", "w") as file:
                file.write("1")
        self.element(NFT_MSG_NEWSETELEM, NLM_F_CREATE, i)

    def down(self, i):
        self.element(NFT_MSG_DELSETELEM, 0, i)
        self.route.link("del", index=self.route.link_lookup(ifname=f"b{i}")[0])

    def each(self, first, count, apart=0.0):
        times = []
        for i in range(first, first + count):
            if apart:
                time.sleep(apart)
            start = time.perf_counter_ns()
            self.up(i)
            times.append(time.perf_counter_ns() - start)
        return times

    def clear(self, first, count):
        for i in range(first, first + count):
            self.down(i)

    def churn(self, first, guests, window, stop=None):
        done = 0
        while done < guests and not (stop and stop.is_set()):
            count = min(window, guests - done)
            for i in range(first, first + count):
                self.up(i)
            self.clear(first, count)
            done += count

    def contend(self, count, window):
        stop = threading.Event()
        other = Session()
        thread = threading.Thread(target=other.churn, args=(CONTENDER, 1 << 30, window, stop))
        thread.start()
        time.sleep(0.1)
        times = self.each(0, count, 0.002)
        stop.set()
        thread.join()
        self.clear(0, count)
        return times


def timed(run, *arguments):
    start = time.perf_counter_ns()
    run(*arguments)
    return [time.perf_counter_ns() - start]


def main():
    session = Session()
    for line in sys.stdin:
        verb, a, n = line.split()
        a, n = int(a), int(n)
        if verb == "up":
            times = session.each(a, n)
        elif verb == "down":
            times = timed(session.clear, a, n)
        elif verb == "churn":
            times = timed(session.churn, CONTENDER, a, n)
        elif verb == "contend":
            times = session.contend(a, n)
        else:
            print("no", flush=True)
            continue
        print("ok", *times, flush=True)


main()
