"""The topics of consultations."""

from datetime import timedelta

from schemas.consultations import comments, course, votes
from schemas.topic import Topic

LARGEST_DRAFT = 8 * 1024 * 1024
"""Bytes of a record that holds the text of a draft in each of its languages."""

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
        comments.CampaignReachRequested,
    ),
    partitions=12,
    retention=timedelta(days=30),
    description="People who comment, moderators who hide, bodies that answer, and whom an answer has not reached yet.",
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
        comments.CampaignReached,
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
