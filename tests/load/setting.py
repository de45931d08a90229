"""What a group of benchmarks finds set up: a running product, open petitions and people nobody has met yet."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
import psutil

from kenes.load.api import PREFIX, read_json
from kenes.load.client import Address, Connection
from tests.load.measures import Measures
from tests.processes import Product

PETITIONS: Final = 200
ENVIRONMENT: Final = {
    # The whole crowd comes from one address here: the limits that hold one address back are lifted, no others.
    "KENES_WEB__READ_LIMIT": "1000000000",
    "KENES_WEB__STREAMS_PER_ADDRESS": "1000000",
}
_TEXT: Final = {
    "language": "en",
    "title": "Safe crossings near schools",
    "text": "Children cross four lanes on their way to school, and there is neither a light nor a bump in the road.",
    "proposal": "Build raised crossings with lights at every school.",
}


@dataclass
class Setting:
    """One product under measurement. `petitions` collect signatures; the first is the hot one."""

    product: Product
    measures: Measures
    petitions: list[str] = field(default_factory=list)
    _people: int = 0

    @property
    def hot(self) -> list[str]:
        """One petition for everybody."""
        return self.petitions[:1]

    @property
    def address(self) -> Address:
        """Where the api listens."""
        return Address.of(self.product.url)

    def crowd(self, count: int) -> list[str]:
        """Tokens (ES256) of people who have done nothing yet."""
        tokens = self.product.issuer.crowd(count, first=self._people)
        self._people += count
        return tokens

    async def open_petitions(self, count: int = PETITIONS) -> None:
        """Opens petitions until there are `count`, each by another author; what is submitted is published here."""
        async with Connection(self.address) as connection:
            for token in self.crowd(max(0, count - len(self.petitions))):
                self.petitions.append(await self._open(connection, token))

    async def _open(self, connection: Connection, token: str) -> str:
        headers = {"authorization": f"Bearer {token}", "prefer": "wait=20", "content-type": "application/json"}
        body = orjson.dumps(_TEXT)
        created = await connection.request(self.address.request("POST", f"{PREFIX}/petitions", headers, body))
        assert created.status == 201, created.body
        petition: str = created.json()["petition"]
        asked = self.address.request("POST", f"{PREFIX}/petitions/{petition}/submission", headers, b"")
        answer = await connection.request(asked)
        assert answer.status == 200, answer.body
        return petition

    async def get(self, path: str) -> Any:
        """The JSON at a path of the API."""
        async with Connection(self.address) as connection:
            return await read_json(connection, self.address.request("GET", PREFIX + path))

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time of each process until now, the load generator's own included, by role."""
        pids = self.product.pids() | {"load": os.getpid()}
        return {role: sum(psutil.Process(pid).cpu_times()[:2]) for role, pid in pids.items()}

    def memory(self, role: str) -> int:
        """Resident bytes of a process now."""
        return int(psutil.Process(self.product.pid(role)).memory_info().rss)

    def own_memory(self, role: str) -> int:
        """Resident bytes that are a process's own: what it maps of files is the system's to take back."""
        found = psutil.Process(self.product.pid(role)).memory_info()
        return int(found.rss) - int(getattr(found, "shared", 0))

    def peak_memory(self, role: str) -> int:
        """The most resident bytes a process ever had; what it has now where the system keeps no such record."""
        status = Path(f"/proc/{self.product.pid(role)}/status")
        if status.exists():
            for line in status.read_text(encoding="ascii", errors="replace").splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return self.memory(role)
