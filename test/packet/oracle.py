"""
Packets built from the RFCs' drawings with Python's struct module: what test/packet/oracle.test.ts compares ours with.
Each line of the input is a protocol and its values in JSON, bytes in hex; each line of the output is the packet in hex.
"""
import json
import struct
import sys


def b(text):
    return bytes.fromhex(text)


def rfc1071(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo(v, protocol, length):
    saddr, daddr = b(v["saddr"]), b(v["daddr"])
    if len(saddr) == 4:
        return saddr + daddr + struct.pack("!BBH", 0, protocol, length)
    return saddr + daddr + struct.pack("!IHBB", length, 0, 0, protocol)


def patched(data, at, total):
    return data[:at] + struct.pack("!H", total) + data[at + 2 :]


def ethernet(v):
    return struct.pack("!6s6sH", b(v["h_dest"]), b(v["h_source"]), v["h_proto"]) + b(v["payload"])


def vlan(v):
    tci = v["pcp"] << 13 | v["dei"] << 12 | v["vid"]
    return struct.pack("!HH", tci, v["h_vlan_encapsulated_proto"]) + b(v["payload"])


def arp(v):
    head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, v["arp_op"])
    who = struct.pack("!6s4s6s4s", b(v["arp_sha"]), b(v["arp_spa"]), b(v["arp_tha"]), b(v["arp_tpa"]))
    return head + who + b(v["payload"])


def ipv4(v):
    options, payload = b(v["options"]), b(v["payload"])
    ihl = 5 + len(options) // 4
    head = struct.pack(
        "!BBHHHBBH4s4s", 4 << 4 | ihl, v["tos"], ihl * 4 + len(payload), v["id"], v["frag_off"], v["ttl"],
        v["protocol"], 0, b(v["saddr"]), b(v["daddr"]))
    head += options
    return patched(head, 10, rfc1071(head)) + payload


def ipv6(v):
    payload = b(v["payload"])
    first = 6 << 28 | v["priority"] << 20 | v["flow_lbl"]
    rest = struct.pack("!HBB16s16s", len(payload), v["nexthdr"], v["hop_limit"], b(v["saddr"]), b(v["daddr"]))
    return struct.pack("!I", first) + rest + payload


def extension(v):
    options = b(v["options"])
    return struct.pack("!BB", v["nexthdr"], (2 + len(options)) // 8 - 1) + options + b(v["payload"])


def fragment(v):
    where = v["offset"] << 3 | v["reserved2"] << 1 | v["more"]
    return struct.pack("!BBHI", v["nexthdr"], v["reserved"], where, v["identification"]) + b(v["payload"])


def udp(v):
    payload = b(v["payload"])
    data = struct.pack("!HHHH", v["source"], v["dest"], 8 + len(payload), 0) + payload
    return patched(data, 6, rfc1071(pseudo(v, 17, len(data)) + data) or 0xFFFF)


def tcp(v):
    o, options = v["options"], b""
    if "TCPOPT_MAXSEG" in o:
        options += struct.pack("!BBH", 2, 4, o["TCPOPT_MAXSEG"])
    if "TCPOPT_WINDOW" in o:
        options += struct.pack("!BBB", 3, 3, o["TCPOPT_WINDOW"])
    if "TCPOPT_SACK_PERMITTED" in o:
        options += struct.pack("!BB", 4, 2)
    if "TCPOPT_SACK" in o:
        edges = b"".join(struct.pack("!II", e["start_seq"], e["end_seq"]) for e in o["TCPOPT_SACK"])
        options += struct.pack("!BB", 5, 2 + len(edges)) + edges
    if "TCPOPT_TIMESTAMP" in o:
        options += struct.pack("!BBII", 8, 10, o["TCPOPT_TIMESTAMP"]["tsval"], o["TCPOPT_TIMESTAMP"]["tsecr"])
    for one in o.get("$unknown", []):
        options += struct.pack("!BB", one["type"], 2 + len(b(one["payload"]))) + b(one["payload"])
    options += b"\0" * (-len(options) % 4)
    flags = 0
    for i, name in enumerate(["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"]):
        flags |= v[name] << i
    data = struct.pack(
        "!HHIIBBHHH", v["source"], v["dest"], v["seq"], v["ack_seq"], 5 + len(options) // 4 << 4 | v["res1"], flags,
        v["window"], 0, v["urg_ptr"])
    data += options + b(v["payload"])
    return patched(data, 16, rfc1071(pseudo(v, 6, len(data)) + data))


def icmp(v):
    data = struct.pack("!BBH", v["type"], v["code"], 0)
    if "echo" in v:
        data += struct.pack("!HH", v["echo"]["id"], v["echo"]["sequence"])
    if "frag" in v:
        data += struct.pack("!HH", v["frag"]["__unused"], v["frag"]["mtu"])
    data += b(v.get("gateway", "")) + b(v.get("reserved", "")) + b(v["payload"])
    return patched(data, 2, rfc1071(data))


def nd_options(o):
    out = b""

    def option(number, data):
        data += b"\0" * (-(2 + len(data)) % 8)
        return struct.pack("!BB", number, (2 + len(data)) // 8) + data

    for number, name in (1, "ND_OPT_SOURCE_LINKADDR"), (2, "ND_OPT_TARGET_LINKADDR"):
        if name in o:
            out += option(number, b(o[name]))
    for p in o.get("ND_OPT_PREFIX_INFORMATION", []):
        flags = p["onlink"] << 7 | p["autoconf"] << 6 | p["routeraddr"] << 5 | p["reserved"]
        out += option(3, struct.pack(
            "!BBIII16s", p["nd_opt_pi_prefix_len"], flags, p["nd_opt_pi_valid_time"], p["nd_opt_pi_preferred_time"],
            p["nd_opt_pi_reserved2"], b(p["nd_opt_pi_prefix"])))
    if "ND_OPT_REDIRECTED_HEADER" in o:
        r = o["ND_OPT_REDIRECTED_HEADER"]
        out += option(4, struct.pack("!HI", r["nd_opt_rh_reserved1"], r["nd_opt_rh_reserved2"]) + b(r["packet"]))
    if "ND_OPT_MTU" in o:
        out += option(5, struct.pack("!HI", o["ND_OPT_MTU"]["nd_opt_mtu_reserved"], o["ND_OPT_MTU"]["nd_opt_mtu_mtu"]))
    for r in o.get("ND_OPT_RDNSS", []):
        servers = b"".join(b(one) for one in r["nd_opt_rdnss_addresses"])
        out += option(25, struct.pack("!HI", r["nd_opt_rdnss_reserved"], r["nd_opt_rdnss_lifetime"]) + servers)
    for r in o.get("ND_OPT_DNSSL", []):
        head = struct.pack("!HI", r["nd_opt_dnssl_reserved"], r["nd_opt_dnssl_lifetime"])
        out += option(31, head + b(r["nd_opt_dnssl_domains"]))
    for one in o.get("$unknown", []):
        out += option(one["type"], b(one["payload"]))
    return out


def icmpv6(v):
    data = struct.pack("!BBH", v["icmp6_type"], v["icmp6_code"], 0)
    for name in "icmp6_unused", "icmp6_mtu", "icmp6_pointer":
        if name in v:
            data += struct.pack("!I", v[name])
    if "u_echo" in v:
        data += struct.pack("!HH", v["u_echo"]["identifier"], v["u_echo"]["sequence"])
    for name, m in v.items():
        if name == "nd_router_solicit":
            data += struct.pack("!I", m["nd_rs_reserved"])
        elif name == "nd_router_advert":
            flags = m["managed"] << 7 | m["other"] << 6 | m["home_agent"] << 5 | m["router_pref"] << 3 | m["reserved"]
            data += struct.pack(
                "!BBHII", m["nd_ra_curhoplimit"], flags, m["nd_ra_router_lifetime"], m["nd_ra_reachable"],
                m["nd_ra_retransmit"])
        elif name == "nd_neighbor_solicit":
            data += struct.pack("!I16s", m["nd_ns_reserved"], b(m["nd_ns_target"]))
        elif name == "nd_neighbor_advert":
            flags = m["router"] << 31 | m["solicited"] << 30 | m["override"] << 29 | m["reserved"]
            data += struct.pack("!I16s", flags, b(m["nd_na_target"]))
        elif name == "nd_redirect":
            data += struct.pack("!I16s16s", m["nd_rd_reserved"], b(m["nd_rd_target"]), b(m["nd_rd_dst"]))
        else:
            continue
        data += nd_options(m["options"])
    data += b(v["payload"])
    return patched(data, 2, rfc1071(pseudo(v, 58, len(data)) + data))


for line in sys.stdin:
    protocol, value = json.loads(line)
    print(globals()[protocol](value).hex())
