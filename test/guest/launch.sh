#!/bin/sh
# launch.sh UID GID INITRAMFS KERNEL [PARAMETER...]
#
# Runs the User Mode Linux kernel as UID and GID. Started as root, as the first process of mount and
# PID namespaces made for this guest alone: what is mounted, written or forked here goes with it.
set -e
uid=$1 gid=$2 initramfs=$3
shift 3

# UML keeps the guest's memory, its pid file and its mconsole socket in files. Here nobody else sees
# them, and they are gone when the guest is, even if it was killed.
mount -t tmpfs -o mode=1777 guest /dev/shm
export TMPDIR=/dev/shm HOME=/dev/shm

# The checkout may lie below a directory that UID may not enter; a mount is reached without it.
touch /dev/shm/initramfs
mount --bind "$initramfs" /dev/shm/initramfs

# udev makes /dev/net/tun open to everybody, a machine without udev leaves it to root. With a node
# of our own the guest sees the first kind on both, and only the tap's owner and group decide.
mknod -m 0666 /dev/shm/tun c 10 200
mount --bind /dev/shm/tun /dev/net/tun

# --no-new-privs: not even the setuid helper of uml-utilities can lend the guest root's rights.
# setarch -R: UML lays its memory map from its own text to its heap; a heap at a random address
# makes that map up to 1 GB long, and its page structs alone can then eat a small guest's memory.
# setsid: a UML that panics sends SIGTERM to its whole process group, ours would include the tests.
# No exec: UML ends a panic with SIGABRT to itself, which PID 1 would ignore for ever.
setsid setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs \
	setarch -R "$@" initrd=/dev/shm/initramfs uml_dir=/dev/shm umid=guest || exit
