"""The truth in files: every topic, and what is in no topic. Everything else is folded again from the two."""
