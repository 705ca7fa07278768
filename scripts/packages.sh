# Installs the Debian packages named as arguments that are missing, and says so. Source it, then: debian_packages NAME…
# None of their services is started or enabled: a test or a demo must not leave a daemon behind.
debian_packages() {
	local missing=() package
	for package in "$@"; do
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
	done
	[ ${#missing[@]} -eq 0 ] && return 0
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo "missing, and only root can install them: ${missing[*]}" >&2
		return 1
	fi
	echo "installing ${missing[*]} by apt-get, without starting or enabling services" >&2
	apt-get update -qq >&2 && without_services apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 || return 1
	echo "to remove them again: apt-get purge --autoremove ${missing[*]}" >&2
}

# Runs a command that installs packages. Their scripts ask policy-rc.d before they start a service; one of this machine is
# left as it is. What they enable for the next boot is disabled again.
without_services() {
	local policy=/usr/sbin/policy-rc.d ours="" before status=0 new
	if [ ! -e "$policy" ]; then
		ours=$policy
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	before=$(enabled_services)
	DEBIAN_FRONTEND=noninteractive "$@" || status=$?
	[ -z "$ours" ] || rm -f "$ours"
	for new in $(comm -13 <(echo "$before") <(enabled_services)); do
		case $new in
		*.service) systemctl disable --quiet "${new##*/}" ;;
		*) update-rc.d "${new##*/S??}" disable ;;
		esac
		echo "not enabled: ${new##*/}" >&2
	done
	return "$status"
}

# What starts with the machine, by systemd or by init scripts.
enabled_services() {
	find /etc/systemd/system /etc/rc2.d /etc/rc3.d /etc/rc4.d /etc/rc5.d \( -path '*.wants/*.service' -o -path '*/rc?.d/S*' \) 2>/dev/null | sort
}

# Installs what package-lock.json says, unless node_modules is as new as it.
node_packages() {
	[ node_modules/.package-lock.json -nt package-lock.json ] && return 0
	echo "installing the packages of package-lock.json into node_modules" >&2
	npm ci --no-fund --no-audit >&2
}
