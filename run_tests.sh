#!/usr/bin/env bash
# Run the tests: all layers, or those that are named. Installs what they need.
set -euo pipefail
top=$(dirname "$(readlink -f "$0")")
cd "$top"
# shellcheck source=stack/python.sh
. stack/python.sh
python=$(find_python "$top")
exec "$python" -m tests.run "$@"
