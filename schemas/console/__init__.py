"""What operators do, as requests and decisions on one pair of topics."""
