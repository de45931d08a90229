"""A campaign as it is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.consultations.campaigns.normalising import normalised
from services.consultations.campaigns.variations import Edit, campaign, differences, shown_comments, variations
from tests.unit.consultations.campaigns.memory import Memory, comments

FIRST = "Мы просим оставить статью 5 такой, какой она была до этой осени, и не менять её."
VARIED = "Мы требуем оставить статью 5 такой, какой она была до этой осени, и не менять её. Айгүл"
WORDS = st.lists(st.sampled_from(["а", "б", "в", "г,", "Б", "—"]), max_size=12).map(" ".join)


def test_a_campaign_is_one_text_its_senders_and_its_variations() -> None:
    log = comments([FIRST, VARIED, FIRST.upper(), VARIED, VARIED], senders=["a", "b", "c", "d", "b"])
    memory = Memory()
    memory.take(log)
    (cluster,) = memory.clusters().values()
    assert shown_comments(cluster) == ["c1", "c0"]
    shown = campaign(cluster, {each.id: each.text for each in log})
    assert (shown.id, shown.size, shown.people, shown.texts, shown.text) == ("c0", 5, 4, 2, VARIED)
    first, second = variations(shown)
    assert (first.comment, first.copies, second.comment, second.copies) == ("c1", 3, "c0", 2)
    assert first.edits == [Edit("kept", VARIED)]
    assert second.edits == [
        Edit("kept", "Мы"),
        Edit("removed", "требуем"),
        Edit("added", "просим"),
        Edit("kept", "оставить статью 5 такой, какой она была до этой осени, и не менять её."),
        Edit("removed", "Айгүл"),
    ]


def test_a_text_that_is_gone_is_not_shown_but_still_counted() -> None:
    memory = Memory()
    memory.take(comments([FIRST, VARIED]))
    (cluster,) = memory.clusters().values()
    shown = campaign(cluster, {"c1": VARIED})
    assert (shown.size, shown.texts, shown.text, [each.comment for each in shown.wordings]) == (2, 2, VARIED, ["c1"])
    assert campaign(cluster, {}).wordings == []


@given(WORDS, WORDS)
def test_differences_lead_from_the_first_text_to_the_other(first: str, other: str) -> None:
    edits = differences(first, other)
    ours = " ".join(edit.words for edit in edits if edit.kind != "added")
    theirs = " ".join(edit.words for edit in edits if edit.kind != "removed")
    assert normalised(ours) == normalised(first)
    assert theirs == other
    assert all(edit.words for edit in edits)
