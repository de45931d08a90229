"""Looking at broker, databases and processes every few seconds, and remembering what was seen for a day."""
