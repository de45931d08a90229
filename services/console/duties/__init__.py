"""Duties across services: what is owed, by whom, and how late it is."""
