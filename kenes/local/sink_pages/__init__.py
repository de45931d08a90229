"""What the local sinks have in common: pages in three languages, for people of this machine only."""

from kenes.local.sink_pages.pages import SinkPages, sink

__all__ = ["SinkPages", "sink"]
