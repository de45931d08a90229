"""The words of notices, in the three languages, the same for every channel."""
