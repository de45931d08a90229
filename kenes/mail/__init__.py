"""Mail: settings, messages, letters in three languages, links that work once, and a sender over SMTP."""
