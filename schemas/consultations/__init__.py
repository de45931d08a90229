"""Events of consultations: a draft on its way, comments, votes."""
