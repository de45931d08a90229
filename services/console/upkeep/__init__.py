"""Projections: how each stands, its rebuild and its audit, ordered here and carried out by the service it is of."""
