"""Folds of who follows what, of what is told, and of what became of each delivery."""
