"""Consultations on draft laws: clauses, comments, votes, answers."""
