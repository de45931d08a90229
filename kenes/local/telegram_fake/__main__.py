"""`python -m kenes.local.telegram_fake --port 8092`"""

import argparse

import uvicorn

from kenes.local.telegram_fake.app import app
from kenes.local.telegram_fake.chats import Chats

HOST = "127.0.0.1"


def main() -> None:
    """Serves on 127.0.0.1 until stopped."""
    parser = argparse.ArgumentParser(prog="kenes.local.telegram_fake", description="A local stand-in for the Bot API")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    uvicorn.run(
        app(Chats()),
        host=HOST,
        port=parser.parse_args().port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=1,  # whoever waits for something to happen would keep it from ending for a minute
    )


if __name__ == "__main__":
    main()
