"""Donations: what somebody gives, and where it went."""
