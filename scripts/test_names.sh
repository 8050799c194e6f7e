#!/usr/bin/env bash
# Tests must have the same names in every process, whatever the hash seed and the second they are collected in:
# pytest-xdist refuses the whole run otherwise, and only now and then.
#
#   scripts/test_names.sh PYTEST
set -euo pipefail

names="$(mktemp -d)"
trap 'rm -rf "$names"' EXIT

collect() {
    PYTHONHASHSEED="$1" "$pytest" --collect-only -q -p no:cacheprovider tests | grep '::' >"$names/$1" || { "$pytest" --collect-only -q -p no:cacheprovider tests | tail -20 >&2; exit 1; }
}

pytest="$1"
collect 1 &
first=$!
sleep 2
collect 2
wait "$first"
diff "$names/1" "$names/2" || { echo "These tests change their names from run to run." >&2; exit 1; }
