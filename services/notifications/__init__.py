"""Notifications: what everybody may know, told to those who follow it."""
