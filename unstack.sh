#!/usr/bin/env bash
# Stops the cloud that stack.sh put up and removes everything it made: ./unstack.sh --help
set -eu
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
. "$root/stack/python.sh"
python=$(find_python "$root") || exit 1
PYTHONPATH=$root exec "$python" -P -m stack down "$@"
