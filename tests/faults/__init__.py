"""Fault drills: the product under steady signing while its parts are killed."""
