"""The laboratory: what was ordered, what was found, and whom a result belongs to."""
