"""A whole service in a few lines: a library that lends each book to one reader at a time.

What it does not have is the point: no consumer loop, no offsets, no retries, no health, no metrics.
"""
