"""Trips: a seat in the community's car for who has no fever and must get somewhere (S34)."""
