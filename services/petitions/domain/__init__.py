"""The rules of petitions: pure, total, free of infrastructure."""
