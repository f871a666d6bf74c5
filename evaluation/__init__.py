"""Measures over question sets."""
