#!/bin/sh
# Installs Debian packages without asking: apt-install.sh PACKAGE... Needs to be root.
#
# Some of them bring services, which nobody asked for: while this runs, Debian's own switch keeps
# them from being started. A switch that is there already is left alone.
set -u
switch=/usr/sbin/policy-rc.d
if [ ! -e "$switch" ]; then
    trap 'rm -f "$switch"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$switch" && chmod 755 "$switch"
fi
export DEBIAN_FRONTEND=noninteractive
install() {
    apt-get install -y --no-install-recommends "$@"
}
# The package lists of a fresh machine are empty or old; only then are they worth the time.
install "$@" || { apt-get update && install "$@"; }
