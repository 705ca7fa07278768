#!/bin/sh
# A tap for QEMU, behind source NAT, that is gone when QEMU ends. Arguments go to QEMU: sh qemu.sh -m 512 disk.img
set -e
uplink=$(ip -o route show default | sed 's/.* dev \([^ ]*\).*/\1/; q')
umlnet-nl up tap0 --address 192.168.33.33/24 --guest-address 192.168.33.34/24 --nat "$uplink"
trap 'umlnet-nl down tap0' EXIT
"${QEMU:-qemu-system-x86_64}" -netdev tap,id=tap0,ifname=tap0,script=no,downscript=no,vnet_hdr=off \
	-device virtio-net-pci,netdev=tap0 "$@"
