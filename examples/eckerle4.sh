#!/bin/sh
# Train on Eckerle4 and ask the kept model, with curl alone: sh examples/eckerle4.sh
set -eu
url=${FITSERVE_URL:-http://127.0.0.1:8000}

id=$(curl -sf "$url/experiments" -H 'Content-Type: application/json' \
        -d '{"dataset": "eckerle4", "repetitions": 2, "training": {"epochs": 60}}' |
    sed 's/.*"id":"\(exp_[^"]*\)".*/\1/')
echo "posted $id; its events until the end:"
curl -sfN "$url/experiments/$id/events" -H 'Accept: text/event-stream' | grep '^event: experiment'
echo "its table:"
curl -sf "$url/experiments/$id/summary"
echo
echo "the transmittance at 440 and 451.5 nm:"
curl -sf "$url/predict" -H 'Content-Type: application/json' \
    -d "{\"model\": \"$id\", \"instances\": [440.0, 451.5]}"
echo
