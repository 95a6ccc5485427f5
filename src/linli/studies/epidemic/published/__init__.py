"""Counts that cities published, for looking at; each file names its source in its marks."""
