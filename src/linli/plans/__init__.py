"""Modes, declarations and plans: how a city switches between peace and emergency, and back."""
