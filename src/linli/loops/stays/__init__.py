"""Stays: somebody's bed at a ward, from the hold to the day they leave it."""
