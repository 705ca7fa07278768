#!/bin/sh
# launch.sh UID GID INITRAMFS KERNEL [PARAMETER...]
#
# Runs the User Mode Linux kernel as UID and GID. Started as root, as the first process of mount and
# PID namespaces made for this guest alone: what is mounted, written or forked here disappears with it.
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

# Debian's UML (6.1) takes the registers of its processes in as many bytes as AVX-512 needs, and the kernel takes back
# all that the processor has or none (xstateregs_set, arch/x86/kernel/fpu/regset.c): with AMX the first process is the
# guest's end. Refused PTRACE_GETREGSET of NT_X86_XSTATE, UML does with x87 and SSE, and a guest that keeps to those
# (an unknown parameter with a value is a variable of its init's) does not miss the rest.
if grep -qw amx_tile /proc/cpuinfo; then
	set -- perl -e '
		my @filter = (              # struct sock_filter: code, jt, jf, k
			[0x20, 0, 0, 0],          # nr
			[0x15, 0, 5, 101],        # ptrace
			[0x20, 0, 0, 16],         # its request
			[0x15, 0, 3, 0x4204],     # PTRACE_GETREGSET
			[0x20, 0, 0, 32],         # the set
			[0x15, 0, 1, 0x202],      # NT_X86_XSTATE
			[0x06, 0, 0, 0x50000 | 5],  # SECCOMP_RET_ERRNO, EIO
			[0x06, 0, 0, 0x7fff0000],   # SECCOMP_RET_ALLOW
		);
		my $code = join "", map { pack "SCCL", @$_ } @filter;
		my $program = pack "Sx![P]P", scalar @filter, $code; # struct sock_fprog
		# seccomp(SECCOMP_SET_MODE_FILTER, 0, program)
		syscall(317, 1, 0, $program) == 0 or die "seccomp: $!\n";
		exec @ARGV or die "$ARGV[0]: $!\n";
	' "$@" GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX_Fast_Unaligned_Load
fi

# --no-new-privs: not even the setuid helper of uml-utilities can lend the guest root's rights.
# setarch -R: UML lays its memory map from its own text to its heap; a heap at a random address
# makes that map up to 1 GB long, and its page structs alone can then eat a small guest's memory.
# setsid: a UML that panics sends SIGTERM to its whole process group, ours would include the tests.
# No exec: UML ends a panic with SIGABRT to itself, which PID 1 would ignore for ever.
setsid setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs \
	setarch -R "$@" initrd=/dev/shm/initramfs uml_dir=/dev/shm umid=guest || exit
