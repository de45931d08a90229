"""For those who write programs that read public events: what they look like, and programs to begin with."""
