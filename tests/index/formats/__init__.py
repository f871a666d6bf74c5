"""Formats: their tests make the files that they read."""
