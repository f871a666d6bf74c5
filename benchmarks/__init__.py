"""Measurements of retrieval, language detection and speed, on sets that are given by directory."""
