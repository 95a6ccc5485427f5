"""The public facts of Wuhan that city W stands on; SOURCES.md names where each came from."""
