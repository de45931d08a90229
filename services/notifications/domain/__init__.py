"""Pure rules of notifications: no I/O, no clock, no chance."""
