"""A push service and the browsers behind it, on one's own machine: messages are opened and shown."""
