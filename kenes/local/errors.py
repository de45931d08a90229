"""What can go wrong with the embedded stack, each said in one line a newcomer can act on."""


class LocalStackError(RuntimeError):
    """The embedded stack cannot start or go on; the message is one line that says what to do."""
