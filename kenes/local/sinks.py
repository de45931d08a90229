"""What the local stack runs in the place of the outside world: each takes what is sent, sends none on, and shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from kenes.local import environment
from kenes.local.settings import LocalSettings, setting_name


@dataclass(frozen=True)
class Sink:
    """A process with a page. It is not started where the user names the real thing by `variable`.

    `port` is the setting of the page's port; `more` are further options with the settings of their ports.
    """

    name: str
    module: str
    port: str
    variable: str
    title: str
    more: dict[str, str] = field(default_factory=dict)

    def page(self, settings: LocalSettings) -> int:
        """The port of its page."""
        return int(getattr(settings, self.port))

    def argv(self, settings: LocalSettings) -> list[str]:
        """The options of its process."""
        options = {"--port": self.port, **self.more}
        ports = [text for option, name in options.items() for text in (option, str(getattr(settings, name)))]
        return ["-m", self.module, *ports]

    def ports(self, settings: LocalSettings) -> Iterator[tuple[int, str, str]]:
        """Each port it takes, for what, and the setting that moves it."""
        yield self.page(settings), f"the page of {self.title}", setting_name(self.port)
        for name in self.more.values():
            yield int(getattr(settings, name)), f"{self.name}'s own protocol", setting_name(name)


SINKS: Final = (
    Sink(
        "mail",
        "kenes.local.mail_sink",
        "mail_port",
        environment.SMTP,
        "mail that was sent",
        {"--smtp-port": "smtp_port"},
    ),
    Sink(
        "telegram",
        "kenes.local.telegram_fake",
        "telegram_port",
        environment.TELEGRAM,
        "Telegram messages",
    ),
    Sink("push", "kenes.local.push_sink", "push_port", environment.WEBPUSH, "messages pushed to browsers"),
)
