#!/usr/bin/env bash
# Compiles requirements/*.in to pinned, hashed requirements/*.txt (`make requirements`; UPGRADE=1 takes
# newer releases). Settings of this machine's pip are shut out: a local mirror or wheel folder offers other
# files, and their hashes would not hold anywhere else. Neither is an index address written down.
set -euo pipefail
cd "$(dirname "$0")/.."

while read -r name; do unset "$name"; done < <(compgen -e | grep '^PIP_' || true)
export PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND="make requirements"

options=(--quiet --generate-hashes --allow-unsafe --strip-extras
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host)
if [[ -n "${UPGRADE:-}" ]]; then options+=(--upgrade); fi

# In this order: dev.in is held to the versions of base.txt and build.txt; peers.in stands alone.
for name in base build dev peers; do
    .venv/bin/python -m piptools compile "${options[@]}" --output-file "requirements/$name.txt" "requirements/$name.in"
done
