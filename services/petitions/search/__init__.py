"""Finding petitions: a full-text index that each api process keeps for itself.

`wanted` is what is asked for, `folding` and `stemming` make one form of many spellings, `index` keeps and finds,
`asking` turns words into a query, `following` keeps the index fresh, `shelf` remembers petitions that were read.
"""
