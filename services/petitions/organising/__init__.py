"""People who stand behind a petition before it is handed in: invited by a link, and told of by number and place."""
