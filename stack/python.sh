# Sourced by stack.sh and unstack.sh.

# find_python ROOT: print a Python that is new enough: the checkout's own, the machine's, or (root) a fresh one of Debian's
find_python() {
    local python
    for python in "$1/.venv/bin/python" python3 python3.11 python3.12 python3.13 /usr/bin/python3; do
        new_enough "$python" && { echo "$python"; return; }
    done
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing Python" >&2
        { apt-get install -y -qq python3-venv || { apt-get update -qq && apt-get install -y -qq python3-venv; }; } >/dev/null 2>&1
        new_enough /usr/bin/python3 && { echo /usr/bin/python3; return; }
    fi
    echo "Python 3.11 or newer is needed; as root: apt-get install python3-venv" >&2
    return 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}
