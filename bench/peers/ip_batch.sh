#!/bin/sh
# Many guests by two processes: ip_batch.sh up|down FOLDER. The folder has the files for `ip -batch` and `nft -f`.
# ip(8) cannot set proxy_arp or forwarding: `up` writes them as its users do.
set -e
case $1 in
up)
	ip -batch "$2/up.ip"
	while read -r knob; do
		echo 1 >"$knob"
	done <"$2/up.knobs"
	nft -f "$2/up.nft"
	;;
down)
	nft -f "$2/down.nft"
	ip -batch "$2/down.ip"
	;;
esac
