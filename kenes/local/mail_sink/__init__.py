"""A mail relay for one's own machine: it takes every letter, sends none on, and shows them all on a page."""
