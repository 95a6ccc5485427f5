"""Screening: reports that count people and days, and what follows from them."""
