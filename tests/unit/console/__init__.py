"""The operators' console without servers."""
