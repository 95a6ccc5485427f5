"""Remedies: what is owed to one person whom something struck, until they have had it."""
