"""Rule packs of any service, read from files that people write: a mistake is told with file, line and reason."""
