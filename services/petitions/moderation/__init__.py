"""What moderators work with: the queue of their desk, and the public log of what they decided."""
