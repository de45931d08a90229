"""`python -m schemas.publish`: writes the contracts. Refuses a schema that breaks one published before."""

import sys

from schemas.compat import breaks
from schemas.contracts import ASYNCAPI, EVENTS, asyncapi, document, event_schema, payloads, revisions


def main() -> int:
    """Publishes what is new; 1 when something would break."""
    for kind, payload in payloads().items():
        published, current = revisions(kind), event_schema(payload)
        broken = [problem for old in published for problem in breaks(old, current)]
        if broken:
            sys.stdout.write(f"{kind}: {broken[0]}: this needs a new version\n")
            return 1
        if not published or published[-1] != current:
            path = EVENTS / kind / f"r{len(published) + 1}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(document(current), encoding="utf-8")
            sys.stdout.write(f"published {path.parent.name} revision {len(published) + 1}\n")
    ASYNCAPI.write_text(document(asyncapi()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
