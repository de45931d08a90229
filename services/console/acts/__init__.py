"""The acts of operators: decided in one order, kept as a trail, and told at once to whoever looks."""
