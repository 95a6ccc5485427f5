"""Photos are evidence: made small, without what a telephone hides in them, beside their item."""
