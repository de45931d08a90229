#!/bin/bash
# Made by `python -m deploy.generate` from deploy/table.py and schemas/topics.py. Run as often as one likes: users get
# the passwords of today, rights are added. It speaks to the listener that only the broker's own container can reach.
set -euo pipefail
broker=127.0.0.1:9094
tools=/opt/kafka/bin
export KAFKA_HEAP_OPTS=-Xmx96m

# The password goes by a file: arguments can be seen by whoever lists processes.
user() {
    (umask 077 && printf 'SCRAM-SHA-512=[password=%s]\n' "$(<"/run/secrets/kafka_password_$1")" >"/tmp/$1.properties")
    "$tools/kafka-configs.sh" --bootstrap-server "$broker" --alter \
        --entity-type users --entity-name "$1" --add-config-file "/tmp/$1.properties"
    rm "/tmp/$1.properties"
}

allow() {
    "$tools/kafka-acls.sh" --bootstrap-server "$broker" --add --allow-principal "User:$1" "${@:2}"
}

user petitions
user consultations
user notifications
user console
user subscriber
user backup

allow petitions --operation Read --operation Write --operation Create --operation Describe --operation DescribeConfigs \
    --topic 'petitions.petition-requests.v1' \
    --topic 'petitions.petition-requests.v1.dead-letters' \
    --topic 'petitions.petitions.v1' \
    --topic 'petitions.petitions.v1.dead-letters' \
    --topic 'petitions.signature-requests.v1' \
    --topic 'petitions.signature-requests.v1.dead-letters' \
    --topic 'petitions.signatures.v1' \
    --topic 'petitions.signatures.v1.dead-letters'
allow petitions --operation Read --operation Describe \
    --topic 'console.acts.v1'
allow petitions --operation Write --operation Describe \
    --topic 'console.acts.v1.dead-letters' \
    --topic 'console.act-requests.v1'
allow petitions --operation Describe \
    --topic 'console.act-requests.v1.dead-letters'
allow petitions --operation Read --operation Describe \
    --group 'petitions-stream'
allow petitions --operation Read --operation Describe \
    --resource-pattern-type prefixed \
    --group 'petitions.'
allow consultations --operation Read --operation Write --operation Create --operation Describe --operation DescribeConfigs \
    --topic 'consultations.consultation-requests.v1' \
    --topic 'consultations.consultation-requests.v1.dead-letters' \
    --topic 'consultations.consultations.v1' \
    --topic 'consultations.consultations.v1.dead-letters' \
    --topic 'consultations.comment-requests.v1' \
    --topic 'consultations.comment-requests.v1.dead-letters' \
    --topic 'consultations.comments.v1' \
    --topic 'consultations.comments.v1.dead-letters' \
    --topic 'consultations.vote-requests.v1' \
    --topic 'consultations.vote-requests.v1.dead-letters' \
    --topic 'consultations.votes.v1' \
    --topic 'consultations.votes.v1.dead-letters'
allow consultations --operation Read --operation Describe \
    --topic 'console.acts.v1'
allow consultations --operation Write --operation Describe \
    --topic 'console.acts.v1.dead-letters' \
    --topic 'console.act-requests.v1'
allow consultations --operation Describe \
    --topic 'console.act-requests.v1.dead-letters'
allow consultations --operation Read --operation Describe \
    --group 'consultations-stream'
allow consultations --operation Read --operation Describe \
    --resource-pattern-type prefixed \
    --group 'consultations.'
allow notifications --operation Read --operation Write --operation Create --operation Describe --operation DescribeConfigs \
    --topic 'notifications.publication-requests.v1' \
    --topic 'notifications.publication-requests.v1.dead-letters' \
    --topic 'notifications.public-events.v1' \
    --topic 'notifications.public-events.v1.dead-letters' \
    --topic 'notifications.subscription-requests.v1' \
    --topic 'notifications.subscription-requests.v1.dead-letters' \
    --topic 'notifications.subscriptions.v1' \
    --topic 'notifications.subscriptions.v1.dead-letters' \
    --topic 'notifications.fan-out-requests.v1' \
    --topic 'notifications.fan-out-requests.v1.dead-letters' \
    --topic 'notifications.fan-outs.v1' \
    --topic 'notifications.fan-outs.v1.dead-letters' \
    --topic 'notifications.delivery-requests.v1' \
    --topic 'notifications.delivery-requests.v1.dead-letters' \
    --topic 'notifications.deliveries.v1' \
    --topic 'notifications.deliveries.v1.dead-letters' \
    --topic 'notifications.stream-requests.v1' \
    --topic 'notifications.stream-requests.v1.dead-letters' \
    --topic 'notifications.streams.v1' \
    --topic 'notifications.streams.v1.dead-letters' \
    --topic 'notifications.delivery-attempts.v1' \
    --topic 'notifications.delivery-attempts.v1.dead-letters'
allow notifications --operation Read --operation Describe \
    --topic 'petitions.petitions.v1' \
    --topic 'petitions.signatures.v1' \
    --topic 'consultations.consultations.v1' \
    --topic 'consultations.comments.v1' \
    --topic 'console.acts.v1'
allow notifications --operation Write --operation Describe \
    --topic 'petitions.petitions.v1.dead-letters' \
    --topic 'petitions.signatures.v1.dead-letters' \
    --topic 'consultations.consultations.v1.dead-letters' \
    --topic 'consultations.comments.v1.dead-letters' \
    --topic 'console.acts.v1.dead-letters' \
    --topic 'console.act-requests.v1'
allow notifications --operation Describe \
    --topic 'console.act-requests.v1.dead-letters'
allow notifications --operation Read --operation Describe \
    --group 'notifications-stream'
allow notifications --operation Read --operation Describe \
    --resource-pattern-type prefixed \
    --group 'notifications.'
allow console --operation Read --operation Write --operation Create --operation Describe --operation DescribeConfigs \
    --topic 'console.act-requests.v1' \
    --topic 'console.act-requests.v1.dead-letters' \
    --topic 'console.acts.v1' \
    --topic 'console.acts.v1.dead-letters'
allow console --operation Read --operation Describe \
    --topic 'petitions.petitions.v1' \
    --topic 'consultations.consultations.v1' \
    --topic 'notifications.subscriptions.v1' \
    --topic 'notifications.deliveries.v1' \
    --topic 'notifications.delivery-attempts.v1'
allow console --operation Write --operation Describe \
    --topic 'petitions.petitions.v1.dead-letters' \
    --topic 'consultations.consultations.v1.dead-letters' \
    --topic 'notifications.subscriptions.v1.dead-letters' \
    --topic 'notifications.deliveries.v1.dead-letters' \
    --topic 'notifications.delivery-attempts.v1.dead-letters'
allow console --operation Read --operation Describe \
    --group 'console-stream'
allow console --operation Read --operation Describe \
    --resource-pattern-type prefixed \
    --group 'console.'
allow console --operation Read --operation Describe --operation DescribeConfigs --operation Write \
    --topic 'petitions.petition-requests.v1' \
    --topic 'petitions.signature-requests.v1' \
    --topic 'consultations.consultation-requests.v1' \
    --topic 'consultations.comment-requests.v1' \
    --topic 'consultations.vote-requests.v1' \
    --topic 'notifications.publication-requests.v1' \
    --topic 'notifications.subscription-requests.v1' \
    --topic 'notifications.fan-out-requests.v1' \
    --topic 'notifications.delivery-requests.v1' \
    --topic 'notifications.stream-requests.v1'
allow console --operation Read --operation Describe --operation DescribeConfigs \
    --topic 'petitions.petition-requests.v1.dead-letters' \
    --topic 'petitions.petitions.v1' \
    --topic 'petitions.petitions.v1.dead-letters' \
    --topic 'petitions.signature-requests.v1.dead-letters' \
    --topic 'petitions.signatures.v1' \
    --topic 'petitions.signatures.v1.dead-letters' \
    --topic 'consultations.consultation-requests.v1.dead-letters' \
    --topic 'consultations.consultations.v1' \
    --topic 'consultations.consultations.v1.dead-letters' \
    --topic 'consultations.comment-requests.v1.dead-letters' \
    --topic 'consultations.comments.v1' \
    --topic 'consultations.comments.v1.dead-letters' \
    --topic 'consultations.vote-requests.v1.dead-letters' \
    --topic 'consultations.votes.v1' \
    --topic 'consultations.votes.v1.dead-letters' \
    --topic 'notifications.publication-requests.v1.dead-letters' \
    --topic 'notifications.public-events.v1' \
    --topic 'notifications.public-events.v1.dead-letters' \
    --topic 'notifications.subscription-requests.v1.dead-letters' \
    --topic 'notifications.subscriptions.v1' \
    --topic 'notifications.subscriptions.v1.dead-letters' \
    --topic 'notifications.fan-out-requests.v1.dead-letters' \
    --topic 'notifications.fan-outs.v1' \
    --topic 'notifications.fan-outs.v1.dead-letters' \
    --topic 'notifications.delivery-requests.v1.dead-letters' \
    --topic 'notifications.deliveries.v1' \
    --topic 'notifications.deliveries.v1.dead-letters' \
    --topic 'notifications.stream-requests.v1.dead-letters' \
    --topic 'notifications.streams.v1' \
    --topic 'notifications.streams.v1.dead-letters' \
    --topic 'notifications.delivery-attempts.v1' \
    --topic 'notifications.delivery-attempts.v1.dead-letters'
allow console --operation Describe \
    --group '*'
allow console --operation Describe --operation DescribeConfigs \
    --cluster
allow subscriber --operation Read --operation Describe \
    --topic 'notifications.public-events.v1'
allow backup --operation Read --operation Write --operation Create --operation Describe --operation DescribeConfigs --operation Delete \
    --topic 'petitions.petition-requests.v1' \
    --topic 'petitions.petition-requests.v1.dead-letters' \
    --topic 'petitions.petitions.v1' \
    --topic 'petitions.petitions.v1.dead-letters' \
    --topic 'petitions.signature-requests.v1' \
    --topic 'petitions.signature-requests.v1.dead-letters' \
    --topic 'petitions.signatures.v1' \
    --topic 'petitions.signatures.v1.dead-letters' \
    --topic 'consultations.consultation-requests.v1' \
    --topic 'consultations.consultation-requests.v1.dead-letters' \
    --topic 'consultations.consultations.v1' \
    --topic 'consultations.consultations.v1.dead-letters' \
    --topic 'consultations.comment-requests.v1' \
    --topic 'consultations.comment-requests.v1.dead-letters' \
    --topic 'consultations.comments.v1' \
    --topic 'consultations.comments.v1.dead-letters' \
    --topic 'consultations.vote-requests.v1' \
    --topic 'consultations.vote-requests.v1.dead-letters' \
    --topic 'consultations.votes.v1' \
    --topic 'consultations.votes.v1.dead-letters' \
    --topic 'notifications.publication-requests.v1' \
    --topic 'notifications.publication-requests.v1.dead-letters' \
    --topic 'notifications.public-events.v1' \
    --topic 'notifications.public-events.v1.dead-letters' \
    --topic 'notifications.subscription-requests.v1' \
    --topic 'notifications.subscription-requests.v1.dead-letters' \
    --topic 'notifications.subscriptions.v1' \
    --topic 'notifications.subscriptions.v1.dead-letters' \
    --topic 'notifications.fan-out-requests.v1' \
    --topic 'notifications.fan-out-requests.v1.dead-letters' \
    --topic 'notifications.fan-outs.v1' \
    --topic 'notifications.fan-outs.v1.dead-letters' \
    --topic 'notifications.delivery-requests.v1' \
    --topic 'notifications.delivery-requests.v1.dead-letters' \
    --topic 'notifications.deliveries.v1' \
    --topic 'notifications.deliveries.v1.dead-letters' \
    --topic 'notifications.stream-requests.v1' \
    --topic 'notifications.stream-requests.v1.dead-letters' \
    --topic 'notifications.streams.v1' \
    --topic 'notifications.streams.v1.dead-letters' \
    --topic 'notifications.delivery-attempts.v1' \
    --topic 'notifications.delivery-attempts.v1.dead-letters' \
    --topic 'console.act-requests.v1' \
    --topic 'console.act-requests.v1.dead-letters' \
    --topic 'console.acts.v1' \
    --topic 'console.acts.v1.dead-letters'
allow subscriber --operation Read --operation Describe \
    --resource-pattern-type prefixed \
    --group 'subscriber.'
