#!/bin/sh
# Prints the first events about petitions there are. The header kenes-cursor says where to go on: give it as `after`.
set -eu
SITE="${KENES_SITE:-http://127.0.0.1:8082}"
AFTER="${1:-0}"
curl --fail --silent --show-error --dump-header - "$SITE/api/notifications/v1/events?kinds=petition&limit=10&after=$AFTER"
