"""Candidates and chains from files: what `linli trace` and `linli chains` read and tell."""
