"""Compiled templates shared between the environments of one process."""

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class SharedBytecode(BytecodeCache):
    """Keeps bytecode in memory: each template is compiled once, not once per language.

    Nothing is written to disk, so a container with a read-only file system starts as fast as any other.
    """

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self._code.get(_slot(bucket))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[_slot(bucket)] = bucket.bytecode_to_string()


def _slot(bucket: Bucket) -> str:
    return f"{bucket.key}/{bucket.checksum}"
