"""Signatures on paper, as they are written down, shown and published: sheets and numbers, never names."""
