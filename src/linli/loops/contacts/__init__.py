"""Whoever met a case is followed up, once, however many cases named them, and let go by rule."""
