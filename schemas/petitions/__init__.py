"""Payloads of the petitions service."""
