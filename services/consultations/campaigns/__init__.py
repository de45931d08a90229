"""Campaigns: comments that say nearly the same, found in the order of the log and kept as one.

`normalising` gives a text its one form, `similarity` compares two, `sketches` finds the few worth comparing, `texts`
and `clusters` are what is kept, `linkage` decides who belongs together, `clustering` asks for what is stored and tells
what to write, `variations` shows a campaign to people.
"""
