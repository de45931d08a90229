"""The desk of the body that must answer: what it owes, how plainly it writes, and who signed."""
