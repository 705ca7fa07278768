# Installs the Debian packages named as arguments that are missing. Source it, then: debian_packages NAME…
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
	echo "installing ${missing[*]}" >&2
	apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >&2
}

# Installs what package-lock.json says, unless node_modules is as new as it.
node_packages() {
	[ node_modules/.package-lock.json -nt package-lock.json ] && return 0
	npm ci --no-fund --no-audit >&2
}
