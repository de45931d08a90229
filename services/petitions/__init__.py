"""Petitions: started, signed, counted live, withdrawn."""
