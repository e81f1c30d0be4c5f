# shellcheck shell=bash disable=SC2154,SC2034  # the parts share their variables
# Debian's packages, unpacked and not installed.
#
# Invariant: the machine's own packages stay as they are.

packages=${REAL_SENDERS_DIR:-$top/target/real-senders/packages}
libraries="$packages/root/usr/lib/$(uname -m)-linux-gnu"

# fetch PACKAGE…: unpacks them, with the libraries that the machine lacks, into $packages/root. The last line that it
# writes is the reason when it can't.
fetch() {
    local wanted name deb
    if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
        echo "this is no Debian: no apt-get, or no dpkg"
        return 1
    fi
    mkdir -p "$packages/root" "$packages/debs"
    # What would be installed, of which only the named and the libraries are wanted: Nagios would bring a mail server.
    wanted=$(apt-get install --simulate --no-install-recommends "$@" | awk '/^Inst lib/ {print $2}') || {
        echo "apt-get doesn't know $*: has apt-get update been run?"
        return 1
    }
    for name in "$@" $wanted; do
        [ ! -e "$packages/debs/$name.unpacked" ] || continue
        (cd "$packages/debs" && apt-get -o APT::Sandbox::User="$(id -un)" download "$name" 2>&1) >"$packages/debs/log" || {
            echo "can't download $name: $(grep '^E:' "$packages/debs/log" | tail -n 1)"
            return 1
        }
        for deb in "$packages/debs/${name}_"*.deb; do
            dpkg -x "$deb" "$packages/root" || return
        done
        touch "$packages/debs/$name.unpacked"
    done
}

# version PACKAGE: the package and its version.
version() {
    local deb
    for deb in "$packages/debs/$1_"*.deb; do
        # shellcheck disable=SC2016  # dpkg-deb's own
        dpkg-deb --show --showformat='${Package} ${Version}' "$deb"
        return
    done
}
