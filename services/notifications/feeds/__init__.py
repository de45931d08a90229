"""Feeds of anything that can be followed, for readers who give no address."""
