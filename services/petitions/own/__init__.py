"""What people are told of themselves, and their erasure."""
