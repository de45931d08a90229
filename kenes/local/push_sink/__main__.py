"""`python -m kenes.local.push_sink --port 8093`"""

import argparse

import uvicorn

from kenes.local.push_sink.app import app
from kenes.local.push_sink.browsers import Browsers

HOST = "127.0.0.1"


def main() -> None:
    """Serves on 127.0.0.1 until stopped."""
    parser = argparse.ArgumentParser(prog="kenes.local.push_sink", description="A local push service that shows all")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    port = parser.parse_args().port
    browsers = Browsers(f"http://{HOST}:{port}")
    uvicorn.run(app(browsers), host=HOST, port=port, log_level="warning", server_header=False)


if __name__ == "__main__":
    main()
