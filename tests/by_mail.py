"""What tests of signing by mail need: the local relay as its own process, and a rule pack that takes mail and paper."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import httpx

from kenes.local.environment import mail
from kenes.local.ports import free_port
from kenes.local.probe import HOST, http_ready, wait_ready
from kenes.local.process import ChildProcess
from tests.processes import READY_SECONDS, ROOT, RULE_PACKS

PACK = """
[mailed]
postcode = "([A-Z]{1,2})[0-9][0-9A-Z]?[0-9][A-Z]{2}"
certainty = "L"
source = "invented for tests"
declaration = { kk = "x", ru = "x", en = "I live here" }
regions = [
    { code = "GB-ENG", name = { kk = "x", ru = "x", en = "England" }, areas = ["SW", "M"] },
    { code = "GB-SCT", name = { kk = "x", ru = "x", en = "Scotland" }, areas = ["EH"] },
]

[paper]
counts = true
certainty = "L"
source = "invented for tests"
"""


class Sink:
    """The local relay, as its own process."""

    def __init__(self, folder: Path) -> None:
        self.port, self.smtp_port = free_port(), free_port()
        argv = [sys.executable, "-m", "kenes.local.mail_sink"]
        argv += ["--port", str(self.port), "--smtp-port", str(self.smtp_port)]
        self.child = ChildProcess("mail", argv, folder / "mail.log", cwd=ROOT)

    def start(self) -> None:
        self.child.start()
        wait_ready(self.child, lambda: http_ready(f"http://{HOST}:{self.port}/healthz"), READY_SECONDS)

    def letters(self, address: str) -> list[dict[str, Any]]:
        return [each for each in self.all() if each["to"] == [address]]

    def all(self) -> list[dict[str, Any]]:
        """Every letter that is kept, the newest first."""
        found: list[dict[str, Any]] = httpx.get(f"http://{HOST}:{self.port}/letters.json").json()
        return found

    def link(self, address: str) -> str:
        """Where the newest letter to an address leads."""
        return str(self.letters(address)[0]["links"][0])

    def environment(self, packs: Path) -> dict[str, str]:
        """What makes a product send its mail here, under these rule packs."""
        return mail(HOST, self.smtp_port) | {"KENES_PETITIONS_RULE_PACKS": str(packs)}


def packs_with_mail(folder: Path) -> Path:
    """The rule packs of the tests, and `by-mail`: by postcode, with paper that counts; 10 signatures matter."""
    shutil.copytree(RULE_PACKS, folder / "packs")
    told = (RULE_PACKS / "uk-hundredth.toml").read_text(encoding="utf-8")
    told = told.replace('id = "uk-hundredth"', 'id = "by-mail"').replace("signatures = 100\n", "signatures = 10\n")
    head, _, tail = told.partition("[signer]")
    signer, _, author = tail.partition("[author]")
    signer = signer.replace("= 18", "= 0").replace('"high"', '"email"').replace("true", "false")
    (folder / "packs" / "by-mail.toml").write_text(f"{head}[signer]{signer}[author]{author}{PACK}", encoding="utf-8")
    return folder / "packs"
