"""Telegram: messages to people and to public channels, and the bot that people start."""
