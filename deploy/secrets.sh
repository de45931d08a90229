#!/bin/sh
# Make the secrets of docker-compose.yml, each once, random, readable by you alone:  sh deploy/secrets.sh [FOLDER]
#
# What is there is kept, so it can be run again after an upgrade. To change a secret, remove its file, run this, and
# restart the services that use it; never remove master_key: with it goes everything it seals.
set -eu
umask 077
folder=${1:-"$(dirname "$0")/secrets"}
mkdir -p "$folder/tls" # where an own certificate may be put, see KENES_TLS

# $1: name, $2: random bytes. Base64 without the signs that need quoting in a URL, and without the end of line.
random() {
    if [ ! -s "$folder/$1" ]; then
        head -c "$2" /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_' >"$folder/$1.part"
        mv "$folder/$1.part" "$folder/$1"
        echo "made $folder/$1"
    fi
}

random mongo_root_password 24
random mongo_password_petitions 24
random mongo_password_consultations 24
random mongo_password_notifications 24
random mongo_password_console 24
random kafka_password_petitions 24
random kafka_password_consultations 24
random kafka_password_notifications 24
random kafka_password_console 24
random mongo_password_backup 24
random kafka_password_backup 24
random kafka_password_subscriber 24 # for bodies that read public events from the broker
random keycloak_db_password 24
random keycloak_admin_password 24
random oidc_client_secret 32
random console_client_secret 32
random agency_government_client_secret 32 # of bodies' programs, which come in by client credentials
random agency_kurchatov_client_secret 32
random agency_culture_client_secret 32
random grafana_admin_password 24
random people_password 12
random webpush_key 32   # with another one, browsers must be asked anew
random bounces_token 24 # for the relay, which hands over what comes back: docs/operations.md

# $1: name. What others give us: an empty file, which is a setting left out, until you fill it.
given() {
    if [ ! -e "$folder/$1" ]; then
        : >"$folder/$1"
        echo "made $folder/$1, empty: put it there if you have it"
    fi
}

given smtp_password
given telegram_token

# Exactly 32 bytes in standard base64, as the services want it.
if [ ! -s "$folder/master_key" ]; then
    head -c 32 /dev/urandom | base64 | tr -d '\n' >"$folder/master_key.part"
    mv "$folder/master_key.part" "$folder/master_key"
    echo "made $folder/master_key: keep a copy in a safe place"
fi

# MongoDB takes 6 to 1024 base64 characters.
if [ ! -s "$folder/mongo_keyfile" ]; then
    head -c 600 /dev/urandom | base64 | tr -d '\n' >"$folder/mongo_keyfile.part"
    mv "$folder/mongo_keyfile.part" "$folder/mongo_keyfile"
    echo "made $folder/mongo_keyfile"
fi

# $1: service. The addresses it reaches broker and database under.
addresses() {
    printf 'scram://%s:%s@kafka:9092' "$1" "$(cat "$folder/kafka_password_$1")" >"$folder/kafka_bootstrap_$1"
    printf 'mongodb://%s:%s@mongo:27017/?replicaSet=kenes&authSource=admin' "$1" "$(cat "$folder/mongo_password_$1")" \
        >"$folder/mongo_uri_$1"
}
addresses petitions # makes kafka_bootstrap_petitions and mongo_uri_petitions
addresses consultations # kafka_bootstrap_consultations, mongo_uri_consultations
addresses notifications # kafka_bootstrap_notifications, mongo_uri_notifications
addresses console # kafka_bootstrap_console, mongo_uri_console
addresses backup # kafka_bootstrap_backup, mongo_uri_backup

cat <<END
Put these lines into .env, beside those of deploy/compose.env.example:
KENES_UID=$(id -u)
KENES_GID=$(id -g)
KAFKA_CLUSTER_ID=$(head -c 16 /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_')
END
