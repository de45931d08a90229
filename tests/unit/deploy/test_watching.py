"""An alert without a page, a page without a part, a metric nobody tells: each is named."""

import shutil
from pathlib import Path

import pytest

from deploy.checks.watching import watching_problems
from deploy.generate import stale

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Rules, runbook and what declares metrics, to be spoiled."""
    shutil.copytree(ROOT / "deploy/prometheus", tmp_path / "deploy/prometheus")
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs/operations.md", tmp_path / "docs")
    for folder in ("kenes", "services"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    return tmp_path


def spoil(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_what_is_committed_fits() -> None:
    assert watching_problems(ROOT) == []
    assert stale(ROOT) == []


@pytest.mark.parametrize(
    ("file", "before", "after", "complaint"),
    [
        ("docs/operations.md", "### Clock late", "### Clock slow", "ClockLate leads to docs/operations.md#clock-late"),
        ("docs/operations.md", "**Mend.** Bring a majority back", "Bring a majority back", "has no **Mend.**"),
        (
            "deploy/prometheus/alerts.yml",
            "kenes_check_passing{",
            "kenes_check_passes{",
            "kenes_check_passes is asked for",
        ),
        (
            "deploy/prometheus/alerts.yml",
            "service:kenes_http_errors:ratio5m",
            "service:kenes_http_errors:ratio1m",
            "no rule records it",
        ),
        ("deploy/prometheus/tests.yml", "alertname: ClockLate", "alertname: ClockSlow", "ClockLate fires in no test"),
    ],
)
def test_what_does_not_fit_is_named(copy: Path, file: str, before: str, after: str, complaint: str) -> None:
    spoil(copy / file, before, after)
    assert any(complaint in problem for problem in watching_problems(copy))


def test_a_generated_file_that_was_touched_is_named(copy: Path) -> None:
    (copy / "deploy/k8s/base").mkdir(parents=True)
    (copy / "deploy/k8s/base/topics.yaml").write_text("kind: KafkaTopic\n", encoding="utf-8")
    assert any("topics.yaml is not what the table says" in problem for problem in stale(copy))
