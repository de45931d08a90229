"""Take personal data and secrets out of anything that is about to be logged.

Three nets, one behind the other: keys known as personal, `key=value` pairs inside texts (a traceback, a repr, a
query string, a model's validation error), and shapes that are personal wherever they stand (IIN, e-mail, token).
When in doubt a value is masked: a lost detail in a log costs less than a person's name in one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

MASK = "***"

#: Compared without case, with `-` read as `_`; `*_token` and the like match by their ending.
PERSONAL_KEYS = frozenset(
    {
        "name", "full_name", "first_name", "last_name", "given_name", "family_name", "middle_name", "surname",
        "patronymic", "preferred_username", "username", "display_name", "signer_name", "author_name", "person",
        "iin", "sub", "subject_id", "email", "mail", "phone", "phone_number", "telegram", "chat_id",
        "birth_date", "birthdate", "date_of_birth", "birthday", "address", "residence", "postcode", "client_ip",
        "client_address", "remote_addr", "x_forwarded_for", "user_agent",
        "token", "authorization", "proxy_authorization", "cookie", "set_cookie", "session", "session_id", "csrf",
        "password", "passphrase", "secret", "api_key", "master_key", "private_key", "credentials", "jwt",
        "code_verifier", "client_secret", "ciphertext",
    }
)  # fmt: skip
_ENDINGS = ("_token", "_secret", "_password", "_cookie", "_email", "_iin", "_phone", "_address", "_full_name")

#: Hex ids of our own making, whose digits may look like an IIN.
_OWN_IDS = frozenset({"trace_id", "span_id", "timestamp", "level", "logger"})

_MAX_DEPTH = 8

# Texts of citizens pass here: no branch may be tried again from every letter of a long run, nor take one in two ways.
_SHAPES = re.compile(
    r"""
      (?P<userinfo> (?<=://)[^/\s@]+@ )                               # mongodb://user:password@
    | (?P<email>  (?<![\w.+-])[\w.+-]+ (?:@|%40)[\w-]+(?:\.[\w-]+)+ (?:[\w.+-]*(?:@|%40)[\w-]+(?:\.[\w-]+)+)* )
    | (?P<token>  (?<![\w-])(?=[\w-]+\.[\w-]+\.)[\w-]*?\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*){1,3} )  # JWS or JWE, compact
    | (?P<bearer> \bbearer\s+[\w.~+/=-]+ )
    | (?P<iin>    (?<!\d)(?<![0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-)\d{12}(?!\d) )  # not a UUID's end
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Without its end, as in a text that was cut, the rest goes.
_PYDANTIC_INPUT = re.compile(r"input_value=.*?(?:(?=, input_type=)|\Z)", re.DOTALL)
# A cookie or authorization header has spaces and semicolons in its value: the rest of the line goes.
_HEADER_LINE = re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(:\s*)[^\r\n]+")


def _pairs(keys: Iterable[str]) -> re.Pattern[str]:
    """`'name': 'x'`, `"name": "x"`, `name='x'`, `name=x` for every personal key."""
    names = "|".join(sorted((re.escape(key).replace("_", "[_-]") for key in keys), key=len, reverse=True))
    endings = "|".join(re.escape(ending).replace("_", "[_-]") for ending in _ENDINGS)
    return re.compile(
        rf"""(?i)(?P<key>(?<![\w-])(?:{names}|[a-z][\w-]*(?:{endings}))(?:\\?['"]\s*:\s*|=))"""
        r"""(?P<value>b?\\?(?P<quote>['"])(?:\\.|(?!(?P=quote))[^\\\n])*\\?(?P=quote)|[^\s,;&'"{}\[\]()]+)"""
    )


class Masker:
    """Masks values and texts; `extra_keys` are names a service knows to be personal besides `PERSONAL_KEYS`."""

    def __init__(self, extra_keys: Iterable[str] = ()) -> None:
        self._keys = PERSONAL_KEYS | {_normal(key) for key in extra_keys}
        self._pairs = _pairs(self._keys)
        self._known: dict[str, bool] = {}

    def is_personal(self, key: str) -> bool:
        """Whether the value under `key` is masked whole."""
        known = self._known.get(key)
        if known is None:
            name = _normal(key)
            known = name in self._keys or name.endswith(_ENDINGS)
            if len(self._known) < 2_000:  # keys may come from outside: never grow without bound
                self._known[key] = known
        return known

    def text(self, text: str) -> str:
        """`text` without personal pairs and shapes."""
        if "=" in text or ":" in text:
            text = _PYDANTIC_INPUT.sub(f"input_value={MASK}", text)
            text = _HEADER_LINE.sub(rf"\1\g<2>{MASK}", text)
            text = self._pairs.sub(rf"\g<key>{MASK}", text)
        return _SHAPES.sub(_replace_shape, text)

    def value(self, value: Any, depth: int = 0) -> Any:
        """A copy of `value` fit for a log: numbers and flags as they are, texts masked, containers walked."""
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool | int | float):
            # A 12-digit number may be an IIN.
            return MASK if type(value) is int and 10**11 <= value < 10**12 else value
        if isinstance(value, Mapping | list | tuple | set | frozenset):
            return self._container(value, depth + 1)
        if isinstance(value, bytes | bytearray | memoryview):
            return self.text(bytes(value).decode("utf-8", "replace"))
        return self.text(str(value) if isinstance(value, BaseException) else repr(value))

    def _container(self, value: Mapping[Any, Any] | Iterable[Any], depth: int) -> Any:
        if depth > _MAX_DEPTH:
            return MASK
        if isinstance(value, Mapping):
            return self.mapping(value, depth)
        return [self.value(item, depth) for item in value]

    def mapping(self, values: Mapping[Any, Any], depth: int = 0) -> dict[str, Any]:
        """`values` with personal keys masked whole and every other value walked."""
        masked: dict[str, Any] = {}
        for key, value in values.items():
            name = key if isinstance(key, str) else repr(key)
            if name in _OWN_IDS:
                masked[name] = value
            elif self.is_personal(name):
                masked[name] = value if value is None else MASK
            else:
                # A key may itself be personal: {"a@b.kz": 3}.
                masked[name if name.isidentifier() else self.text(name)] = self.value(value, depth)
        return masked


def _normal(key: str) -> str:
    return key.replace("-", "_").lower()


def _replace_shape(found: re.Match[str]) -> str:
    return f"{MASK}@" if found.lastgroup == "userinfo" else MASK
