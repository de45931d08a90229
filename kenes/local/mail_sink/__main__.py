"""`python -m kenes.local.mail_sink --port 8091 --smtp-port 19025`"""

import argparse
import asyncio

import uvicorn
from aiosmtpd.smtp import SMTP

from kenes.local.mail_sink.app import app
from kenes.local.mail_sink.store import Inbox, SinkHandler

HOST = "127.0.0.1"
LARGEST = 1_000_000
"""Bytes of a letter that are taken."""


async def run(port: int, smtp_port: int) -> None:
    """Takes mail on `smtp_port` and shows it on `port`, until stopped."""
    inbox = Inbox()
    loop = asyncio.get_running_loop()

    def connection() -> SMTP:
        return SMTP(SinkHandler(inbox), data_size_limit=LARGEST, hostname="localhost", ident="kenes", loop=loop)

    relay = await loop.create_server(connection, HOST, smtp_port)
    async with relay:
        config = uvicorn.Config(app(inbox), host=HOST, port=port, log_level="warning", server_header=False)
        await uvicorn.Server(config).serve()


def main() -> None:
    """Serves on 127.0.0.1 until stopped."""
    parser = argparse.ArgumentParser(prog="kenes.local.mail_sink", description="Local mail relay that keeps all mail")
    parser.add_argument("--port", type=int, required=True, help="port of the page on 127.0.0.1")
    parser.add_argument("--smtp-port", type=int, required=True, help="port that takes mail on 127.0.0.1")
    arguments = parser.parse_args()
    asyncio.run(run(arguments.port, arguments.smtp_port))


if __name__ == "__main__":
    main()
