"""How able is each place to govern itself, why, and what would help most? Composite indicators."""
