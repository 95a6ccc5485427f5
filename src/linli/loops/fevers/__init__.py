"""Fever leads: somebody has a fever, and a clinic sees them."""
