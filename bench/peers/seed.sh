#!/bin/sh
# The classic tools: tunctl, ifconfig, echo and iptables, one after the other.
# seed.sh up|down TAP HOST GUEST
set -e
case $1 in
up)
	tunctl -b -u 500 -t "$2"
	ifconfig "$2" "$3" netmask 255.255.255.252 up
	echo 1 >"/proc/sys/net/ipv4/conf/$2/proxy_arp"
	echo 1 >"/proc/sys/net/ipv4/conf/$2/forwarding"
	iptables -t nat -A POSTROUTING -s "$4" -o eth1 -j SNAT --to-source 10.33.33.34
	;;
down)
	iptables -t nat -D POSTROUTING -s "$4" -o eth1 -j SNAT --to-source 10.33.33.34
	tunctl -d "$2"
	;;
esac
