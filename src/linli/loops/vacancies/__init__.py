"""A unit for which nobody answers is itself a piece of work."""
