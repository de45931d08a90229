"""One act followed from the click to the notification, through the records that carry its trace."""
