#!/bin/sh
# Gets a token for a body's program (OAuth 2.0 client credentials) and lists the body's streams with it.
# The identity provider's administrator gives a body its client and secret; the local one shows them on its first page.
set -eu
SITE="${KENES_SITE:-http://127.0.0.1:8082}"
ISSUER="${KENES_ISSUER:-http://127.0.0.1:8090}"
member() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }

ENDPOINT=$(curl --fail --silent --show-error "$ISSUER/.well-known/openid-configuration" | member token_endpoint)
TOKEN=$(curl --fail --silent --show-error "$ENDPOINT" --user "$KENES_CLIENT:$KENES_CLIENT_SECRET" \
  --data grant_type=client_credentials | member access_token)
curl --fail --silent --show-error "$SITE/api/notifications/v1/streams" --header "Authorization: Bearer $TOKEN"
