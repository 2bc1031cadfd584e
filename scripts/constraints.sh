#!/bin/sh
# Pin the newest versions that fit pyproject.toml, for every Python and platform that is supported.
set -eu
cd "$(dirname "$0")/.."
{
    echo "# Versions that the project is tested with: pip install -c constraints.txt …"
    echo "# Made by \`make constraints\`."
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-annotate \
        --no-header --no-emit-index-url --all-extras --group dev pyproject.toml
} >constraints.new
mv constraints.new constraints.txt
