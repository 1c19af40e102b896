#!/usr/bin/env bash
# Debian's packages for the checks that need more than Rust. Source this file.

apt_lock="$(realpath --canonicalize-missing "${CARGO_TARGET_DIR:-target}")/apt.lock"

# Runs a command after any other that was started through this function: two calls of apt-get at once refuse each other.
apt_alone() {
    mkdir -p "$(dirname "$apt_lock")"
    (flock 9 && "$@") 9>"$apt_lock"
}

apt_update_and_install() {
    local as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    $as_root apt-get update && $as_root apt-get install --yes "$@"
}

# Installs packages if that may be done. It never fails: the caller looks for the programs.
apt_install() {
    command -v apt-get >/dev/null || return 0
    apt_alone apt_update_and_install "$@" >/dev/null 2>&1 || true
}
