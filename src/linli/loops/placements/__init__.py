"""Placements: somebody needs a place, until they have arrived there."""
