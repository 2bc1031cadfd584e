#!/bin/sh
# Make .venv and install into it: setup.sh [--dev]
set -eu
cd "$(dirname "$0")/.."
python=$(scripts/find_python.sh)
[ -x .venv/bin/python ] || "$python" -m venv .venv
group=${1:+--group dev}
echo "Installing into .venv (a few minutes on a slow line; TensorFlow is large) …"
.venv/bin/python -m pip install --quiet --upgrade -c constraints.txt pip uv
# uv is quick, but does not read pip's configuration: behind a mirror that only pip knows, pip it is.
# shellcheck disable=SC2086
.venv/bin/uv pip install --quiet --python .venv/bin/python -c constraints.txt -e '.[all]' $group 2>/dev/null ||
    .venv/bin/python -m pip install --quiet -c constraints.txt -e '.[all]' $group
touch .venv/.installed ${1:+.venv/.developed}
