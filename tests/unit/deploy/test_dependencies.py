"""What pip-audit found, and what is made of it: an advisory fails, silence of the service is said."""

from deploy.dependencies import verdict

SOUND = {"name": "a", "version": "1", "vulns": []}
FLAWED = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


def test_a_sound_lock_stands() -> None:
    assert verdict("lock", [SOUND]) == (True, ["lock: 1 dependencies asked about, 0 advisories"])


def test_an_advisory_is_named_and_fails() -> None:
    stands, lines = verdict("lock", [SOUND, FLAWED])
    assert not stands
    assert lines[1:] == ["lock: b 2: PYSEC-1, mended in 2.1"]


def test_silence_is_said_and_is_no_failure() -> None:
    assert verdict("lock", [UNKNOWN]) == (True, ["lock: skipped: the advisory service does not answer"])
    stands, lines = verdict("lock", [SOUND, UNKNOWN])
    assert stands
    assert lines[-1] == "lock: c is not known there"
