"""The push services of today's browsers: the only hosts that a subscription to web push leads to."""

from typing import Final

PUSH_SERVICES: Final = (
    "fcm.googleapis.com",  # Chromium and what is made of it
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
"""Names of hosts; one with a dot before it stands for all below it."""
