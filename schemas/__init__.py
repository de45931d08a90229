"""Contracts between the services: topics, envelopes and payloads. Imports nothing of the product."""
