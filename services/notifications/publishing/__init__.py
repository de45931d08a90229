"""From the decisions of other services to what everybody may know."""
