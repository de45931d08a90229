#!/bin/bash
# MongoDB wants its key file owned by itself and closed to others, which a mounted secret need not be: copy, then start.
set -euo pipefail
for name in mongo_keyfile mongo_root_password; do
    install -o mongodb -g mongodb -m 0400 "/run/secrets/$name" "/run/mongo/$name"
done
export MONGO_INITDB_ROOT_USERNAME=root MONGO_INITDB_ROOT_PASSWORD_FILE=/run/mongo/mongo_root_password
exec docker-entrypoint.sh mongod --replSet kenes --keyFile /run/mongo/mongo_keyfile --bind_ip_all "$@"
