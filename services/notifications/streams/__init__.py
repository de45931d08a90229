"""Streams of public events for agencies: by webhook, in pages, live, and as files. One log, one filter, one cursor."""
