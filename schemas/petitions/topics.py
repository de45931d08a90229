"""The topics of petitions."""

from datetime import timedelta

from schemas.petitions import v1 as petitions
from schemas.topic import Topic

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
