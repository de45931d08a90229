"""The one registry of topics. Nothing else spells a topic's name."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from schemas.consultations import comments, course, votes
from schemas.dead_letter import DeadLetter
from schemas.payload import Payload
from schemas.petitions import v1 as petitions


@dataclass(frozen=True)
class Topic:
    """A topic's name, key, payloads, partitions, retention and owner.

    The partition count is part of the schema: a change is a new topic generation plus a replay.
    `retention` is `None` where records are kept for good.
    """

    name: str
    owner: str
    key: str
    payloads: tuple[type[Payload], ...]
    partitions: int
    description: str
    retention: timedelta | None = None
    config: dict[str, str] = field(default_factory=dict)

    @cached_property
    def types(self) -> dict[str, type[Payload]]:
        """CloudEvents type to payload class."""
        return {payload.TYPE: payload for payload in self.payloads}

    @cached_property
    def dead_letters(self) -> "Topic":
        """Where records of this topic go that could not be read or processed."""
        return Topic(
            name=f"{self.name}.dead-letters",
            owner=self.owner,
            key="origin topic/partition/offset",
            payloads=(DeadLetter,),
            partitions=1,
            description=f"Records of {self.name} that could not be processed, with reason and origin.",
        )


LARGEST_DRAFT = 8 * 1024 * 1024
"""Bytes of a record that holds the text of a draft in each of its languages."""

PETITION_REQUESTS = Topic(
    name="petitions.petition-requests.v1",
    owner="petitions",
    key="petition",
    payloads=(
        petitions.CreateRequested,
        petitions.EditRequested,
        petitions.SubmitRequested,
        petitions.LockRequested,
        petitions.ModerateRequested,
        petitions.UndoRequested,
        petitions.GoalRequested,
        petitions.DeadlineRequested,
        petitions.CloseRequested,
        petitions.WithdrawalRequested,
        petitions.SuspendRequested,
        petitions.ResumeRequested,
        petitions.RetireRequested,
        petitions.ChargeRequested,
        petitions.InviteRequested,
        petitions.DraftAnswerRequested,
        petitions.AnswerRequested,
        petitions.PaperRequested,
        petitions.PaperCorrectionRequested,
    ),
    partitions=12,
    retention=timedelta(days=30),
    description="What people, moderators and the clock ask to happen to a petition.",
)
PETITIONS = Topic(
    name="petitions.petitions.v1",
    owner="petitions",
    key="petition",
    payloads=(
        petitions.Created,
        petitions.Edited,
        petitions.GatheringBegun,
        petitions.ModerationBegun,
        petitions.Locked,
        petitions.VerdictProposed,
        petitions.Returned,
        petitions.Rejected,
        petitions.VerdictUndone,
        petitions.Published,
        petitions.GoalReached,
        petitions.CheckpointPassed,
        petitions.DutyReminded,
        petitions.DutyMissed,
        petitions.Closed,
        petitions.Withdrawn,
        petitions.Suspended,
        petitions.Resumed,
        petitions.Retired,
        petitions.ChargeTaken,
        petitions.AuthorInvited,
        petitions.AnswerDrafted,
        petitions.Answered,
        petitions.Archived,
        petitions.PaperEntered,
        petitions.PaperCorrected,
        petitions.PetitionRefused,
    ),
    partitions=PETITION_REQUESTS.partitions,
    description="What was decided about each petition.",
)
SIGNATURE_REQUESTS = Topic(
    name="petitions.signature-requests.v1",
    owner="petitions",
    key="pseudonym: a keyed hash of petition and signer",
    payloads=(petitions.SignRequested, petitions.WithdrawRequested),
    partitions=12,
    retention=timedelta(days=30),
    description="People who sign or withdraw.",
)
SIGNATURES = Topic(
    name="petitions.signatures.v1",
    owner="petitions",
    key="pseudonym: a keyed hash of petition and signer",
    payloads=(
        petitions.SignatureAccepted,
        petitions.SignatureWithdrawn,
        petitions.SignatureRefused,
    ),
    partitions=SIGNATURE_REQUESTS.partitions,
    description="What was decided on each signature request; the counts are a fold of this topic.",
)

CONSULTATION_REQUESTS = Topic(
    name="consultations.consultation-requests.v1",
    owner="consultations",
    key="consultation",
    payloads=(
        course.PrepareRequested,
        course.DescribeRequested,
        course.VersionRequested,
        course.OpenRequested,
        course.ExtendRequested,
        course.DeadlineRequested,
        course.EnrolRequested,
        course.DismissRequested,
        course.MeetingRequested,
        course.ReportRequested,
        course.LedgerRequested,
        course.StageRequested,
        course.WithdrawalRequested,
    ),
    partitions=6,
    retention=timedelta(days=30),
    config={"max.message.bytes": str(LARGEST_DRAFT)},
    description="What bodies and the clock ask to happen to a consultation.",
)
CONSULTATIONS = Topic(
    name="consultations.consultations.v1",
    owner="consultations",
    key="consultation",
    payloads=(
        course.Prepared,
        course.Described,
        course.VersionAdded,
        course.Opened,
        course.Extended,
        course.Closed,
        course.DutyReminded,
        course.DutyMissed,
        course.Enrolled,
        course.Dismissed,
        course.MeetingRecorded,
        course.ReportHanded,
        course.ReportPostponed,
        course.ReportPublished,
        course.StageEntered,
        course.Withdrawn,
        course.ConsultationRefused,
    ),
    partitions=CONSULTATION_REQUESTS.partitions,
    config={"max.message.bytes": str(LARGEST_DRAFT)},
    description="What was decided about each consultation.",
)
COMMENT_REQUESTS = Topic(
    name="consultations.comment-requests.v1",
    owner="consultations",
    key="consultation: its comments have one order",
    payloads=(
        comments.PostRequested,
        comments.RetractRequested,
        comments.HideRequested,
        comments.RestoreRequested,
        comments.ReplyRequested,
        comments.CampaignReplyRequested,
    ),
    partitions=12,
    retention=timedelta(days=30),
    description="People who comment, moderators who hide, bodies that answer.",
)
COMMENTS = Topic(
    name="consultations.comments.v1",
    owner="consultations",
    key="consultation: its comments have one order",
    payloads=(
        comments.Posted,
        comments.Retracted,
        comments.Hidden,
        comments.Restored,
        comments.Replied,
        comments.CampaignReplied,
        comments.CommentRefused,
    ),
    partitions=COMMENT_REQUESTS.partitions,
    description="What was decided on each comment; what is owed an answer is a fold of this topic.",
)
VOTE_REQUESTS = Topic(
    name="consultations.vote-requests.v1",
    owner="consultations",
    key="pseudonym: a keyed hash of consultation and voter",
    payloads=(votes.VoteRequested,),
    partitions=12,
    retention=timedelta(days=30),
    description="People who agree, disagree or pass on a comment.",
)
VOTES = Topic(
    name="consultations.votes.v1",
    owner="consultations",
    key="pseudonym: a keyed hash of consultation and voter",
    payloads=(votes.Voted, votes.VoteRefused),
    partitions=VOTE_REQUESTS.partitions,
    description="What was decided on each vote; opinion groups are found in a fold of this topic.",
)

REGISTRY: tuple[Topic, ...] = (
    PETITION_REQUESTS,
    PETITIONS,
    SIGNATURE_REQUESTS,
    SIGNATURES,
    CONSULTATION_REQUESTS,
    CONSULTATIONS,
    COMMENT_REQUESTS,
    COMMENTS,
    VOTE_REQUESTS,
    VOTES,
)


def all_topics(registry: tuple[Topic, ...] = REGISTRY) -> tuple[Topic, ...]:
    """Every topic to create: those of the registry, each followed by its dead letters."""
    return tuple(t for topic in registry for t in (topic, topic.dead_letters))
