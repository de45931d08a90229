"""Open data: lists, timelines and histories for programs, spreadsheets and feed readers, and what other sites show."""
