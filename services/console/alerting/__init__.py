"""Alerts: rules as data, evaluated at each look, with their history."""
