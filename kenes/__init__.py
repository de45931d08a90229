"""The kit that every service of Kenes stands on. It knows no service."""
