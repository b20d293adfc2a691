#!/usr/bin/env bash
# Puts up a nova-lite cloud on this machine, or repairs and continues the one that is there: ./stack.sh --help
set -eu
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
. "$root/stack/python.sh"
python=$(find_python "$root") || exit 1
PYTHONPATH=$root exec "$python" -P -m stack up "$@"
