"""The embedded stack: real Apache Kafka, a MongoDB-wire server and an identity provider on one machine.

It serves newcomers (`make up`) and tests. Nothing in it goes into a real deployment, where Kafka, MongoDB
and the identity provider are services of their own.
"""
