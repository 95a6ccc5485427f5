"""Methods: numbers in, numbers out. No records, clock, files or network."""
