"""What was done, and what was looked at? Kept in order and sealed."""
