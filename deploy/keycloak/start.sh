#!/bin/bash
# Keycloak reads secrets from its environment only. They are put there here, from files, and an empty one stops it:
# an unresolved placeholder in the realm would otherwise become a password everybody can read in this repository.
set -euo pipefail
read_secret() {
    local value
    value=$(<"/run/secrets/$1")
    if [ -z "$value" ]; then
        echo "secret $1 is empty" >&2
        exit 78
    fi
    printf '%s' "$value"
}
KC_DB_PASSWORD=$(read_secret keycloak_db_password)
KC_BOOTSTRAP_ADMIN_PASSWORD=$(read_secret keycloak_admin_password)
KENES_OIDC_CLIENT_SECRET=$(read_secret oidc_client_secret)
KENES_CONSOLE_CLIENT_SECRET=$(read_secret console_client_secret)
KENES_AGENCY_GOVERNMENT_SECRET=$(read_secret agency_government_client_secret)
KENES_AGENCY_KURCHATOV_SECRET=$(read_secret agency_kurchatov_client_secret)
KENES_AGENCY_CULTURE_SECRET=$(read_secret agency_culture_client_secret)
KENES_PEOPLE_PASSWORD=$(read_secret people_password)
export KC_DB_PASSWORD KC_BOOTSTRAP_ADMIN_PASSWORD
export KENES_OIDC_CLIENT_SECRET KENES_CONSOLE_CLIENT_SECRET KENES_PEOPLE_PASSWORD
export KENES_AGENCY_GOVERNMENT_SECRET KENES_AGENCY_KURCHATOV_SECRET KENES_AGENCY_CULTURE_SECRET
exec /opt/keycloak/bin/kc.sh start --import-realm
