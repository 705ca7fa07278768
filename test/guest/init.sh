#!/bin/sh
# PID 1 of the test guest: configures the network the kernel parameter ip= asks for, then runs the
# commands that arrive on ttyS0, one a line: MARK and the base64 of a shell command. It answers with
# the command's output and a line: MARK and the exit status. The kernel's own messages go to the
# console, another device, and so never end up in a result.

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev

# The network modules of a distribution's kernel.
for module in /modules/*.ko; do
	[ ! -e "$module" ] || insmod "$module" || echo "init: $module failed"
done

# Debian builds UML without CONFIG_IP_PNP, so the kernel leaves ip= alone:
# ip=CLIENT:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:AUTOCONF, DEVICE may be empty for "the only one".
configure() {
	IFS=: read -r client _ gateway netmask _ device _ <<-END
		$1
	END
	device=${device:-$(ls /sys/class/net | grep -v -x -m 1 lo)}
	ifconfig "$device" "$client" ${netmask:+netmask "$netmask"} up || return
	[ -z "$gateway" ] || route add default gw "$gateway"
}

ifconfig lo 127.0.0.1
for parameter in $(cat /proc/cmdline); do
	case $parameter in
	ip=*) configure "${parameter#ip=}" || echo "init: $parameter failed" ;;
	esac
done

# Raw: no echo, no line length limit, no newline translation.
stty -F /dev/ttyS0 raw -echo
exec 3<>/dev/ttyS0
echo READY >&3
while read -r mark command <&3; do
	(eval "$(echo "$command" | base64 -d)") </dev/null >&3 2>&1 3>&-
	echo "$mark $?" >&3
done
poweroff -f
