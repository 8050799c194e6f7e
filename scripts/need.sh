#!/usr/bin/env bash
# Sees to it that programs of the system are there.
#
#   scripts/need.sh [--optional] [PROGRAM=]DEBIAN_PACKAGE…
#
# PROGRAM is a name on the PATH, or the path of a file. A package named without its PROGRAM counts as missing. A
# missing one is installed when we are root on a Debian system; otherwise its install line is printed, and the exit
# code is 1 (0 with --optional: what needs it will say that it was left out).
set -euo pipefail

failure=1
if [[ "${1:-}" == --optional ]]; then
    failure=0
    shift
fi

PATH="$PATH:/usr/sbin:/sbin"
packages=()
for pair in "$@"; do
    program="${pair%%=*}"
    if [[ "$pair" != *=* ]] || ! { [[ -e "$program" ]] || command -v "$program" >/dev/null; }; then
        packages+=("${pair#*=}")
    fi
done
if [[ ${#packages[@]} -eq 0 ]]; then exit 0; fi

if [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install --yes --no-install-recommends -qq "${packages[@]}" >/dev/null
else
    echo "Missing on this system; install with: sudo apt-get install ${packages[*]}" >&2
    exit "$failure"
fi
