"""Web push: notices to browsers, encrypted for each of them (RFC 8030, 8291, 8292)."""
