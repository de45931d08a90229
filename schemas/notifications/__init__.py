"""Events of notifications: what everybody may know of petitions and drafts, who follows it, and what was delivered."""
