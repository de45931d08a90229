"""The public discussion of a text before it is handed in: comments on it, and its versions."""
