"""How Kenes is deployed, and the checks of it (`python -m deploy.validate`)."""
