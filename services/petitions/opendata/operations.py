"""Every operation of the open data, as one table."""

from kenes.web.openapi import Operation
from services.petitions.opendata.history import OpenHistories
from services.petitions.opendata.listing import OpenLists
from services.petitions.opendata.oembed import OembedProvider
from services.petitions.opendata.sources import Sources
from services.petitions.opendata.timelines import OpenTimelines
from services.petitions.paper.opendata import OpenPapers


def open_operations(sources: Sources) -> list[Operation]:
    """What the API serves to everybody beside its own operations."""
    groups = (
        OpenLists(sources),
        OpenTimelines(sources),
        OpenHistories(sources),
        OpenPapers(sources),
        OembedProvider(sources),
    )
    return [operation for group in groups for operation in group.operations()]
