"""Drills: the real service as processes, whose files are spoilt and whose processes are killed."""
