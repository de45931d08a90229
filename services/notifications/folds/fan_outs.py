"""The fold of fan-outs: what is told, for whoever hands it on."""

from collections.abc import Sequence

from kenes.kafka.records import Recorded
from kenes.mongo.folding import Folding
from kenes.mongo.operations import Update
from schemas.notifications.fan_outs import FanOutBegun


def fold_fan_outs(decisions: Sequence[Recorded]) -> Folding:
    """One document per event that is told; every fan-out of it says the same."""
    begun = [each.data for each in decisions if isinstance(each.data, FanOutBegun)]
    for data in begun:
        told = {"kind": data.news.event, "data": data.news.data, "at": data.wanted.at}
        yield Update("news", data.event, {"$set": told})
