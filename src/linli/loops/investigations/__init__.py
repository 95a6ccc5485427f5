"""Whoever is confirmed is asked where they were, and everybody they met is decided on."""
