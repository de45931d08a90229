"""Kafka for services: the only package that imports aiokafka, and Faust's base."""
