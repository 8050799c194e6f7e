#!/bin/sh
# Installs the program from this bundle. No network is used, and every file is checked by its hash.
#
#   ./install.sh [PREFIX]        default: /opt/disclosure-pipeline
#
# $PYTHON names the interpreter; it must be of the version that the bundle was made for (file `made-for`).
set -eu
cd "$(dirname "$0")"

prefix=${1:-/opt/disclosure-pipeline}
read -r version machine <made-for
python=${PYTHON:-python$version}

if [ "$(uname -m)" != "$machine" ]; then
    echo "This bundle is for $machine; this machine is $(uname -m)." >&2
    exit 1
fi
if [ "$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" != "$version" ]; then
    echo "This bundle needs Python $version; name it with PYTHON=…" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "The module venv is missing; on Debian: apt-get install python$version-venv" >&2
    exit 1
fi
sha256sum --check --quiet SHA256SUMS

"$python" -m venv --clear "$prefix/venv"
PIP_CONFIG_FILE=/dev/null "$prefix/venv/bin/python" -m pip --isolated --disable-pip-version-check \
    install --quiet --no-index --find-links wheels --require-hashes -r requirements.txt
cp -R docs plugins disclosure.service README.md README.zh-CN.md CHANGELOG.md LICENSE "$prefix/"

echo "Installed: $("$prefix/venv/bin/disclosure" --version)"
echo "Next: $prefix/venv/bin/disclosure init DIR   (see $prefix/docs/operations.md)"
