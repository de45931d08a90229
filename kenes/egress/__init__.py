"""Requests to addresses that other people name: to public hosts only, without detours, within limits."""
