"""The ways out: each channel hands what is told to one destination, and says how that ended."""
