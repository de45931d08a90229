"""The services. Each is a package with the same names inside; none imports another."""
