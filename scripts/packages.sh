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
# left as it is, and ours goes however this ends. What they enable for the next boot is disabled again.
without_services() (
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		trap 'rm -f "$policy"' EXIT
		trap 'exit 130' INT TERM HUP
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	before=$(enabled_services)
	status=0
	DEBIAN_FRONTEND=noninteractive "$@" || status=$?
	for service in $(comm -13 <(echo "$before") <(enabled_services) | sed 's|.*/rc.\.d/S..|init:|' | sort -u); do
		case $service in
		init:*) update-rc.d "${service#init:}" disable 2>/dev/null ;;
		*) systemctl disable --quiet "${service##*/}" ;;
		esac
		echo "not enabled: ${service##*[:/]}" >&2
	done
	exit "$status"
)

# The services that start at boot, by systemd or by init scripts.
enabled_services() {
	find /etc/systemd/system /etc/rc2.d /etc/rc3.d /etc/rc4.d /etc/rc5.d \( -path '*.wants/*.service' -o -path '*/rc?.d/S*' \) 2>/dev/null | sort
}

# Unpacks the packages that a Debian metapackage depends on into a directory, unless it has them already.
debian_unpacked() {
	local meta=$1 into=$2 work package
	[ -e "$into/unpacked" ] && return 0
	work=$(mktemp -d)
	package=$(apt-cache depends "$meta" 2>/dev/null | sed -n 's/ *Depends: //p' | head -n 1)
	if [ -z "$package" ]; then
		apt-get update -qq >&2
		package=$(apt-cache depends "$meta" | sed -n 's/ *Depends: //p' | head -n 1)
	fi
	echo "unpacking $package" >&2
	# An outdated package list names a version that no longer exists.
	(cd "$work" && { apt-get download -qq "$package" || { apt-get update -qq && apt-get download -qq "$package"; }; }) >&2
	mkdir -p "$into" && dpkg-deb --extract "$work"/*.deb "$into" && touch "$into/unpacked"
	rm -rf "$work"
}

# Installs what package-lock.json lists, unless node_modules is newer.
node_packages() {
	[ node_modules/.package-lock.json -nt package-lock.json ] && return 0
	echo "installing the packages of package-lock.json into node_modules" >&2
	npm ci --no-fund --no-audit >&2
}
