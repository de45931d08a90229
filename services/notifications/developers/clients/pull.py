"""Prints every public event there is, and what is new each time it is run again: the cursor is kept in a file."""

import json
import os
import pathlib
import urllib.request

EVENTS = os.environ.get("KENES_SITE", "http://127.0.0.1:8082") + "/api/notifications/v1/events"
KEPT = pathlib.Path(os.environ.get("KENES_CURSOR", "kenes.cursor"))

cursor = KEPT.read_text() if KEPT.exists() else "0"
while True:
    with urllib.request.urlopen(f"{EVENTS}?after={cursor}&limit=500") as answer:
        events, following = json.load(answer), answer.headers["kenes-cursor"]
    for event in events:
        print(event["time"], event["type"], event["data"]["about"]["title"])
    if following == cursor:
        break
    cursor = following
    KEPT.write_text(cursor)
