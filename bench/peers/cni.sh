#!/bin/sh
# One call of the CNI bridge plugin, as a container runtime makes it: cni.sh ADD|DEL ID NETNS CONFIG
export CNI_COMMAND="$1" CNI_CONTAINERID="$2" CNI_NETNS="$3" CNI_IFNAME=eth0 CNI_PATH=/usr/lib/cni
exec /usr/lib/cni/bridge <"$4"
