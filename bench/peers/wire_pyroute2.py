"""pyroute2 as a peer of wire.ts: its codecs and a dump of links. Its lines are in ../wire.ts."""

import sys
import time

from pyroute2 import IPRoute
from pyroute2.netlink.nfnetlink.nftsocket import nft_rule_msg, nft_set_elem_list_msg
from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg
from pyroute2.netlink.rtnl.rtmsg import rtmsg

NLMSGHDR = 16

MESSAGES = {
    "RTM_NEWLINK": (
        ifinfmsg,
        {"index": 7, "flags": 1, "change": 1},
        [
            ("IFLA_ADDRESS", "02:00:00:00:00:01"),
            ("IFLA_IFNAME", "tap0"),
            ("IFLA_MTU", 1500),
            ("IFLA_MASTER", 3),
            ("IFLA_GROUP", 9),
        ],
    ),
    "RTM_NEWADDR": (
        ifaddrmsg,
        {"family": 2, "prefixlen": 24, "index": 7},
        [
            ("IFA_ADDRESS", "192.168.33.33"),
            ("IFA_LOCAL", "192.168.33.33"),
            ("IFA_BROADCAST", "192.168.33.255"),
        ],
    ),
    "RTM_NEWROUTE": (
        rtmsg,
        {"family": 2, "dst_len": 24, "table": 254, "proto": 4, "type": 1},
        [
            ("RTA_DST", "192.168.33.0"),
            ("RTA_OIF", 7),
            ("RTA_GATEWAY", "10.33.33.1"),
            ("RTA_PRIORITY", 100),
        ],
    ),
    "NFT_MSG_NEWSETELEM": (
        nft_set_elem_list_msg,
        {"nfgen_family": 2},
        [
            ("NFTA_SET_ELEM_LIST_TABLE", "bench"),
            ("NFTA_SET_ELEM_LIST_SET", "guests"),
            (
                "NFTA_SET_ELEM_LIST_ELEMENTS",
                [
                    {
                        "attrs": [
                            (
                                "NFTA_SET_ELEM_KEY",
                                {"attrs": [("NFTA_DATA_VALUE", bytes([192, 168, 33, i]))]},
                            )
                        ]
                    }
                    for i in range(1, 5)
                ],
            ),
        ],
    ),
    "NFT_MSG_NEWRULE": (
        nft_rule_msg,
        {"nfgen_family": 2},
        [
            ("NFTA_RULE_TABLE", "bench"),
            ("NFTA_RULE_CHAIN", "postrouting"),
            (
                "NFTA_RULE_EXPRESSIONS",
                [
                    {
                        "attrs": [
                            ("NFTA_EXPR_NAME", "payload"),
                            (
                                "NFTA_EXPR_DATA",
                                {
                                    "attrs": [
                                        ("NFTA_PAYLOAD_DREG", 1),
                                        ("NFTA_PAYLOAD_BASE", 1),
                                        ("NFTA_PAYLOAD_OFFSET", 12),
                                        ("NFTA_PAYLOAD_LEN", 4),
                                    ]
                                },
                            ),
                        ]
                    },
                    {
                        "attrs": [
                            ("NFTA_EXPR_NAME", "lookup"),
                            (
                                "NFTA_EXPR_DATA",
                                {
                                    "attrs": [
                                        ("NFTA_LOOKUP_SET", "guests"),
                                        ("NFTA_LOOKUP_SREG", 1),
                                    ]
                                },
                            ),
                        ]
                    },
                    {"attrs": [("NFTA_EXPR_NAME", "masq"), ("NFTA_EXPR_DATA", {"attrs": []})]},
                ],
            ),
        ],
    ),
}


def encode(name):
    kind, header, attrs = MESSAGES[name]
    message = kind()
    for key, value in header.items():
        message[key] = value
    message["attrs"] = attrs
    message.encode()
    return bytes(message.data)


def decode(name, data):
    message = MESSAGES[name][0](data)
    message.decode()
    touch(message)
    return message


def touch(value):
    """Read all attributes, because pyroute2 decodes nested ones only when they are read, and the other peers decode all."""
    if isinstance(value, list):
        for one in value:
            touch(one)
    elif isinstance(value, dict) and "attrs" in value:
        for attr in value["attrs"]:
            touch(attr[1])


def repeat(times, run, *arguments):
    start = time.perf_counter_ns()
    for _ in range(times):
        run(*arguments)
    return time.perf_counter_ns() - start


def answer(route, verb, name="", count="0"):
    if verb == "links":
        return len(list(route.get_links()))
    if verb == "dump":
        return repeat(1, lambda: touch(list(route.get_links())))
    data = encode(name)
    if verb == "size":
        return len(data) - NLMSGHDR
    if verb == "encode":
        return repeat(int(count), encode, name)
    return repeat(int(count), decode, name, data)


def main():
    route = IPRoute()
    for line in sys.stdin:
        print("ok", answer(route, *line.split()), flush=True)


main()
