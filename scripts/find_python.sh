#!/bin/sh
# Print the first Python that can run fitserve; else say why none of those found can.
check=$(dirname "$0")/check_platform.py
reasons=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    path=$(command -v "$candidate" 2>/dev/null) || continue
    if reason=$("$path" "$check" 2>&1); then
        echo "$path"
        exit 0
    fi
    reasons="$reasons
  $candidate: $(echo "$reason" | head -n 1)"
done
echo "No Python here can run fitserve:${reasons:-
  no python3 on PATH}
Set PYTHON to another one: make ${1:-demo} PYTHON=/path/to/python3.12" >&2
exit 1
