import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { Machine } from "./machine.js";

/** Opens the tap as a virtual machine monitor does, and hands frames to and fro between it and a tap of the guest. */
const WIRE = `
import ctypes, fcntl, os, select, struct, sys
def tap(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, 0x400454ca, struct.pack("16sH22x", name.encode(), 0x1002))
    return fd
host = tap(sys.argv[1])
namespace = os.open(sys.argv[2], os.O_RDONLY)
if ctypes.CDLL(None).setns(namespace, 0x40000000): raise OSError("setns")
guest = tap("eth0")
print("ready", flush=True)
while True:
    for fd in select.select([host, guest], [], [])[0]:
        for _ in range(64):
            try: frame = os.read(fd, 70000)
            except BlockingIOError: break
            try: os.write(guest if fd == host else host, frame)
            except OSError: pass
`;

/** Let a machine be the guest of a tap, by its eth0, until the process is killed. */
export async function attach(host: Machine, tap: string, guest: Machine): Promise<ChildProcess> {
	const wire = host.spawn("python3", "-c", WIRE, tap, guest.path);
	await once(wire.stdout as Readable, "data");
	return wire;
}

/** Tells everybody who asks a port from which address that comes; answers at TCP and UDP, IPv4 and IPv6. */
const TELLER = `
import socket, sys, threading
port = int(sys.argv[1])
def bound(kind):
    s = socket.socket(socket.AF_INET6, kind)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("::", port))
    return s
def udp(s):
    while True:
        _, peer = s.recvfrom(9)
        s.sendto(peer[0].encode(), peer)
datagrams = bound(socket.SOCK_DGRAM)
threading.Thread(target=udp, args=(datagrams,), daemon=True).start()
s = bound(socket.SOCK_STREAM)
s.listen(9)
print("ready", flush=True)
while True:
    c, peer = s.accept()
    c.send(peer[0].encode())
    c.close()
`;

/** Let a machine answer at a port with the address of who asks, until the process is killed. */
export async function tellAt(machine: Machine, port: number): Promise<ChildProcess> {
	const teller = machine.spawn("python3", "-c", TELLER, `${port}`);
	await once(teller.stdout as Readable, "data");
	return teller;
}

const ASK = `
import socket, sys
host, port, protocol = sys.argv[1], int(sys.argv[2]), sys.argv[3]
kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
if len(sys.argv) > 4: s.bind(("::" if ":" in host else "0.0.0.0", int(sys.argv[4])))
s.settimeout(1)
try:
    s.connect((host, port))
    if protocol == "udp": s.send(b"x")
    print(s.recv(99).decode().replace("::ffff:", ""))
except OSError as error:
    print("refused" if isinstance(error, ConnectionRefusedError) else "nothing")
`;

/** As whom a machine is seen by whoever answers at a port; `refused` or `nothing` where nobody does. */
export const seenAt = (
	machine: Machine,
	address: string,
	port: number,
	protocol: "tcp" | "udp" = "tcp",
	from?: number,
): string => machine.sh(`python3 -c '${ASK}' ${address} ${port} ${protocol} ${from ?? ""}`).trim();
