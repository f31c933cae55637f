#!/bin/sh
# Both commands on machines that have nothing yet: Debian roots with git, make and Python alone, made
# for this and removed afterwards. Tells the outcome suite by suite; logs are in _build/fresh/.
# What is tested is the last commit. Wants root, and debootstrap (installed where apt-get is).
#
#   sh tests/fresh.sh [SUITE of Debian ...]      without one: stable (Python 3.13), unstable (3.14)
set -eu
[ $# -gt 0 ] || set -- stable unstable
checkout=$(cd "$(dirname "$0")/.." && pwd)
logs=$checkout/_build/fresh

# In namespaces of its own: what is mounted and started there ends with it, however it ends.
if [ "${1}" = --inside ]; then
    root=$2
    shift 2
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    exec chroot "$root" "$@"
fi

if [ "$(id -u)" != 0 ]; then
    echo "需要 root：chroot 和 debootstrap 都要 | root is needed: by chroot and by debootstrap" >&2
    exit 1
fi
if ! command -v debootstrap >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -y -qq debootstrap
fi >/dev/null 2>&1 || {
    echo "没有 debootstrap，也不能在这里安装 | no debootstrap, and it can't be installed here" >&2
    exit 1
}

place=$(mktemp -d)
trap 'rm -rf --one-file-system "$place"' EXIT
trap 'exit 1' HUP INT TERM
rm -rf "$logs"
mkdir -p "$logs"

# how this machine reaches packages is no part of a fresh machine, but there is no other way to them
settings() {
    for path in /etc/ssl/certs/ca-certificates.crt /etc/resolv.conf /etc/pip.conf /etc/xdg/pip \
        "$HOME/.pip" "$HOME/.config/pip"; do
        if [ -e "$path" ]; then
            target=$1$(echo "$path" | sed "s|^$HOME/|/root/|")
            mkdir -p "$(dirname "$target")"
            cp -rL "$path" "$target"
        fi
    done
}
# of the environment too, and nothing else of it
inherited=$(env | sed -n -E 's/^((https?|no|all)_proxy|(HTTPS?|NO|ALL)_PROXY|PIP_[A-Z_]*|SSL_CERT_FILE)=.*/\1/p')

# inside ROOT COMMAND...: run in a root, in the clone
inside() {
    root=$1
    shift
    for name in $inherited; do
        [ "$name" = PIP_CACHE_DIR ] || set -- "$name=$(printenv "$name")" "$@"
    done
    unshare --mount --pid --fork --kill-child sh "$0" --inside "$root" \
        env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

failed=0
for debian; do
    root=$place/$debian
    echo "$debian：debootstrap ……"
    debootstrap --variant=minbase --include=make,python3,python3-venv,ca-certificates,git \
        "$debian" "$root" >"$logs/$debian-debootstrap.log" 2>&1 || {
        echo "$debian · FAILED，见 | see $logs/$debian-debootstrap.log"
        exit 1
    }
    settings "$root"
    git clone --quiet "file://$checkout" "$root/root/book"
    python=$(inside "$root" python3 -c 'import platform; print(platform.python_version())')
    number=0
    # `make book`, then what `make test` is made of
    for suite in book $(sed -n 's/^test: //p' "$checkout/Makefile"); do
        number=$((number + 1))
        log=$logs/$debian-$number-$suite.log
        start=$(date +%s)
        if inside "$root" make -C /root/book "$suite" >"$log" 2>&1; then
            outcome=ok
        else
            outcome="FAILED，见 | see $log"
            failed=1
        fi
        said=$(grep -E '[0-9]+ (passed|failed|error)' "$log" | tail -n 1)
        echo "$debian · Python $python · $suite · $outcome · $(($(date +%s) - start)) s${said:+ · $said}"
    done
    rm -rf --one-file-system "$root"
done
exit $failed
