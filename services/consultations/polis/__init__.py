"""Folders of polis conversations, in and out: comments.csv, votes.csv, participants-votes.csv.

folder = PolisFolder(path)
folder.check()                       # PolisError with file, line and column, before anything is made of it
for vote in folder.votes(): ...
"""

from services.consultations.polis.errors import PolisError
from services.consultations.polis.folder import PolisCounts, PolisFolder
from services.consultations.polis.names import PolisNames
from services.consultations.polis.records import Moderation, PolisComment, PolisParticipant, PolisVote
from services.consultations.polis.writing import comments_writer, participants_writer, votes_writer

__all__ = [
    "Moderation",
    "PolisComment",
    "PolisCounts",
    "PolisError",
    "PolisFolder",
    "PolisNames",
    "PolisParticipant",
    "PolisVote",
    "comments_writer",
    "participants_writer",
    "votes_writer",
]
