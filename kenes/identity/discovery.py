"""Fetch an issuer's public documents: its configuration (OpenID Connect Discovery 1.0) and its keys (RFC 7517)."""

import asyncio
import json
import ssl
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import httpx

from kenes.identity.settings import IssuerSettings

_MAX_DOCUMENT = 512 * 1024
_TIMEOUT = httpx.Timeout(5.0)
_LONGEST = 10.0
"""Seconds for a whole document; the time-out above starts anew with every byte that drips in."""


class IssuerUnreachableError(Exception):
    """The issuer gave no usable document: network trouble, an error status, or not what the standard asks for."""


def http_client() -> httpx.AsyncClient:
    """A client for talking to issuers: short time-outs, no redirects, no proxies taken from the environment."""
    return httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False, verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that are trusted: 0.7 MB, which each client would read for itself."""
    return httpx.create_ssl_context(trust_env=False)


async def fetch_configuration(client: httpx.AsyncClient, settings: IssuerSettings) -> dict[str, Any]:
    """The issuer's metadata. Raises IssuerUnreachableError, also when it describes another issuer (section 4.3)."""
    configuration = await fetch_document(client, settings.configuration_uri)
    if configuration.get("issuer") != settings.issuer:
        raise IssuerUnreachableError(f"{settings.configuration_uri} describes another issuer")
    return configuration


async def fetch_keys(client: httpx.AsyncClient, settings: IssuerSettings) -> dict[str, Any]:
    """The issuer's JSON Web Key Set. Raises IssuerUnreachableError."""
    uri = settings.jwks_uri
    if uri is None:
        uri = endpoint(await fetch_configuration(client, settings), "jwks_uri", settings)
    return await fetch_document(client, uri)


def endpoint(configuration: dict[str, Any], name: str, settings: IssuerSettings) -> str:
    """One address from the metadata. Raises IssuerUnreachableError when absent, or http where the metadata was not."""
    uri = configuration.get(name)
    if not isinstance(uri, str) or urlsplit(uri).scheme not in {"https", urlsplit(settings.configuration_uri).scheme}:
        raise IssuerUnreachableError(f"{settings.configuration_uri} has no usable {name}")
    return uri


async def fetch_document(
    client: httpx.AsyncClient, uri: str, headers: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """A JSON object of at most 512 kB. Raises IssuerUnreachableError."""
    status, body = await answered(client, "GET", uri, headers)
    if status != httpx.codes.OK:
        raise IssuerUnreachableError(f"{uri} answered {status}")
    return json_object(body, uri)


async def answered(
    client: httpx.AsyncClient, method: str, uri: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """The status and the body, of at most 512 kB, that an issuer answers in time. Raises IssuerUnreachableError."""
    try:
        async with (
            asyncio.timeout(_LONGEST),
            client.stream(method, uri, data=form, headers={"accept": "application/json", **headers}) as response,
        ):
            return response.status_code, await _limited(response, uri)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise IssuerUnreachableError(f"{uri}: {type(error).__name__}") from error


def json_object(body: bytes, uri: str) -> dict[str, Any]:
    """What an issuer answered, as an object. Raises IssuerUnreachableError where it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise IssuerUnreachableError(f"{uri}: {type(error).__name__}") from error
    if not isinstance(document, dict):
        raise IssuerUnreachableError(f"{uri} is not a JSON object")
    return document


async def _limited(response: httpx.Response, uri: str) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _MAX_DOCUMENT:
            raise IssuerUnreachableError(f"{uri} is larger than {_MAX_DOCUMENT} bytes")
    return bytes(body)
