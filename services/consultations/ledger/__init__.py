"""What is owed to those who spoke: campaigns, each with its open duties, so that one answer closes them at once.

`accounts` are what is kept of each campaign, `folding` makes it of the decisions, `reads` tells it, `report` is the
results report with every comment and what was answered to it.
"""
