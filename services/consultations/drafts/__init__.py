"""Draft laws: read from files into clause trees, compared between versions and languages, written out again."""
