"""From what happened to who is told of it: keys of interests, pages of followers, requests for deliveries."""
