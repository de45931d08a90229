"""Fault drills: a service under steady use while its parts are killed, stopped and cut off."""
