"""Who met whom: candidates found or named, decided by a person, and kept for good."""
