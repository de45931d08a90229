"""Signing, withdrawing and being erased by mailed link: for people who have a mailbox and no account."""
