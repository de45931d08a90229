"""Offers of another protocol are not taken up: such a request is read as it would be without the offer.

RFC 9110 section 7.8 lets a server do so. The parser would end at the head: the body would be lost, or read as the next
request. Stock clients offer HTTP/2 with the first request of a connection that is not encrypted, whatever its method.
"""

from __future__ import annotations

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class PlainHttp(HttpToolsProtocol):
    """HTTP/1.1, whatever else is offered."""

    def data_received(self, data: bytes) -> None:
        """Feeds the parser, and once more where it stopped at an offer: the same head without that."""
        self._unset_keepalive_if_required()
        rest = data
        while rest:
            fed, rest = rest, b""
            try:
                self.parser.feed_data(fed)
            except HttpParserUpgrade as stopped:
                if self._is_offer():
                    rest = self._without_offer(fed[stopped.args[0] :])
            except HttpParserError:
                self.send_400_response("Invalid HTTP request received.")

    def on_headers_complete(self) -> None:
        """The head is complete; one with an offer comes again."""
        if not self._is_offer():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is complete, but for one with an offer."""
        if not self._is_offer():
            super().on_message_complete()

    def _is_offer(self) -> bool:
        # What follows CONNECT is no HTTP, whether or not anything is offered.
        return bool(self.parser.should_upgrade()) and self.parser.get_method() != b"CONNECT"

    def _without_offer(self, rest: bytes) -> bytes:
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        lines += [b"%b: %b" % field for field in self.headers if field[0] != b"upgrade"]
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as the first was
        return b"\r\n".join([*lines, b"", rest])
