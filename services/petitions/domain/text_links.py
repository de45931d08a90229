"""Links in a text: where they stand, and which of them hide where they lead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_LINK: Final = re.compile(
    r"""(?i:https?://|www\.)[^\s<>"«»]+"""
    r"""|(?<![\w@.-])(?:[\w-]+\.)+(?:kz|ru|com|org|net|info|me|io|ly|gl|su|рф|қаз|by|uz|kg|eu|uk|gov|app|dev|link|site"""
    r"""|online|shop|store|xyz|top|club|bet|casino|cc|gd|to|at|click|sh|id|gy)(?![\w-])(?:/[^\s<>"«»]*)?"""
)
"""What is written as an address, and names of hosts under domains that texts here mention.

These domains in small letters only: `before.To` is a sentence that lacks a blank."""

_HOST: Final = re.compile(r"^(?:https?://)?(?:[^/@\s]*@)?(?:www\.)?([^/:?#\s]+)", re.IGNORECASE)

# fmt: off
SHORTENERS: Final = frozenset({
    "bit.ly", "bl.ink", "buff.ly", "clck.ru", "cutt.ly", "dub.sh", "goo.gl", "goo.su", "is.gd", "kutt.it",
    "lnkd.in", "ow.ly", "qps.ru", "rb.gy", "rebrand.ly", "s.id", "short.io", "shorturl.at", "surl.li", "t.co",
    "t.ly", "tiny.cc", "tinyurl.com", "tny.im", "u.to", "v.gd", "vk.cc",
})
# fmt: on
"""Services whose links tell nobody where they lead, and may lead elsewhere tomorrow."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is written, and the host it names, in small letters."""

    start: int
    end: int
    written: str
    host: str

    @property
    def shortened(self) -> bool:
        """Whether it hides where it leads."""
        return self.host in SHORTENERS


def links(text: str) -> Iterator[Link]:
    """The links of a text, by position; the punctuation of the sentence around them is not theirs."""
    for match in _LINK.finditer(text):
        written = match.group().rstrip(".,;:!?)]}'’”…")
        host = _HOST.match(written)
        if host is not None:
            yield Link(match.start(), match.start() + len(written), written, host.group(1).rstrip(".").lower())
