"""What acts are about, as the subjects and keys of their events."""


def letter_subject(case: str) -> str:
    """A record that was set aside: `case` is where it was first, `topic/partition/offset`."""
    return f"letter/{case}"


def batch_subject(topic: str) -> str:
    """The batches of replays of a topic."""
    return f"batches/{topic}"


def upkeep_subject(service: str, projection: str) -> str:
    """The upkeep of a projection."""
    return f"upkeep/{service}/{projection}"
