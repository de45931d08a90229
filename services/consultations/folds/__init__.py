"""The folds, one module per topic."""
