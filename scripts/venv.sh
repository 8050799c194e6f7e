#!/usr/bin/env bash
# Makes the virtual environment `.venv` with Python 3.11 or newer; $PYTHON names a certain one.
set -euo pipefail
cd "$(dirname "$0")/.."

suitable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

python=""
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if suitable "$candidate"; then
        python=$candidate
        break
    fi
done
if [[ -z "$python" ]]; then
    scripts/need.sh python3.11
    python=python3.11
fi

# Debian ships the module `ensurepip` in a package of its own.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("{}.{}".format(*sys.version_info))')
    scripts/need.sh "python$version-venv"
fi
"$python" -m venv --clear .venv
