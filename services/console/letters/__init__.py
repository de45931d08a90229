"""Dead letters: noted from their topics, shown, replayed to where they came from or discarded."""
