"""The fold of fan-outs: what is told, for whoever hands it on, and how many were told."""

from collections.abc import Sequence

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Folding
from kenes.mongo.operations import Operation, Update
from schemas.notifications.fan_outs import FanOutAdvanced, FanOutBegun, FanOutEnded
from schemas.payload import Payload


def fold_fan_outs(decisions: Sequence[Recorded]) -> Folding:
    """One document per event that was told."""
    yield from (operation for each in decisions for operation in _operations(each.data))


def _operations(data: Payload) -> list[Operation]:
    match data:
        case FanOutBegun():
            told: Document = {"kind": data.news.event, "data": data.news.data, "at": data.wanted.at, "told": 0}
            return [Update("news", data.event, {"$set": {**told, "ended": False}})]
        case FanOutAdvanced():
            return [Update("news", data.event, {"$set": {"told": data.told}})]
        case FanOutEnded():
            return [Update("news", data.event, {"$set": {"told": data.told, "ended": True}})]
        case _:
            return []
