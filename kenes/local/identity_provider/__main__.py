"""`python -m kenes.local.identity_provider --port 8090 [--data FOLDER]`"""

import argparse
import sys
from pathlib import Path

import uvicorn
from pydantic import ValidationError

from kenes.local.identity_provider.app import Provider
from kenes.local.identity_provider.settings import ProviderSettings


def main() -> None:
    """Serves on 127.0.0.1 until stopped. Ends with status 78 (EX_CONFIG) when a setting is wrong."""
    parser = argparse.ArgumentParser(prog="kenes.local.identity_provider", description="Local OpenID provider")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; also part of the issuer's name")
    parser.add_argument("--data", type=Path, help="folder of the signing key (default: KENES_LOCAL_DATA or .kenes)")
    arguments = parser.parse_args()
    try:
        settings = ProviderSettings() if arguments.data is None else ProviderSettings(local_data=arguments.data)
    except ValidationError as error:
        for found in error.errors(include_input=False, include_url=False):
            sys.stderr.write(f"setting KENES_{str(found['loc'][0]).upper()}: {found['msg']}\n")
        raise SystemExit(78) from None
    issuer = f"http://127.0.0.1:{arguments.port}"
    uvicorn.run(
        Provider(issuer, settings).app(),
        host="127.0.0.1",
        port=arguments.port,
        log_level="warning",
        server_header=False,
    )


if __name__ == "__main__":
    main()
