"""`python -m schemas.compat`: fails when a payload is no longer what was published.

Full, transitive compatibility: old readers must read new events, new readers must read all events ever written.
What may change: optional members may come and go, and words for people. Everything else is a new `vN`.
"""

import sys
from collections.abc import Iterator
from typing import Any

from schemas.contracts import ASYNCAPI, EVENTS, asyncapi, document, event_schema, payloads, resolve, revisions

WORDS = {"title", "description", "default", "examples", "$id", "$schema", "$defs"}


def breaks(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Each way in which `new` is incompatible with `old`, in words. Both are JSON Schemas."""
    yield from _breaks(resolve(old, old.get("$defs", {})), resolve(new, new.get("$defs", {})), path or "value")


def _breaks(old: Any, new: Any, path: str) -> Iterator[str]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        if old != new:
            yield f"{path}: was {old!r}, is {new!r}"
        return
    old_required, new_required = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(old_required - new_required):
        yield f"{path}/{name}: was required; old readers fail without it"
    for name in sorted(new_required - old_required):
        yield f"{path}/{name}: is now required; events already written lack it"
    old_members, new_members = old.get("properties", {}), new.get("properties", {})
    for name in sorted(old_members.keys() & new_members.keys()):
        yield from _breaks(old_members[name], new_members[name], f"{path}/{name}")
    for keyword in sorted((old.keys() | new.keys()) - WORDS - {"required", "properties"}):
        yield from _keyword(keyword, old.get(keyword), new.get(keyword), path)


def _keyword(keyword: str, old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _breaks(one, other, f"{path}[{keyword} {number}]")
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _breaks(old, new, f"{path}[{keyword}]")
    elif old != new:
        yield f"{path}: {keyword} was {old!r}, is {new!r}"


def problems() -> Iterator[str]:
    """What is wrong with the committed contracts."""
    known = payloads()
    for kind in sorted(path.name for path in EVENTS.iterdir() if path.name not in known):
        yield f"{kind}: was published, but no topic has it any more; events of it are still to be read"
    for kind, payload in known.items():
        published = revisions(kind)
        current = event_schema(payload)
        if not published:
            yield f"{kind}: not published; run `make contracts`"
        elif published[-1] != current:
            yield f"{kind}: changed since it was published; run `make contracts` if the change is compatible"
        for number, old in enumerate(published, 1):
            for broken in breaks(old, current):
                yield f"{kind}: breaks revision {number}: {broken}"
    if not ASYNCAPI.exists() or ASYNCAPI.read_text(encoding="utf-8") != document(asyncapi()):
        yield "asyncapi.json is not what the models say; run `make contracts`"


def main() -> int:
    """Prints the problems; 0 when there are none."""
    found = list(problems())
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    sys.stdout.write("contracts: incompatible or not published\n" if found else "contracts: compatible and published\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
