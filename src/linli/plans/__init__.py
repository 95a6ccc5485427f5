"""Modes, phases and declarations: how a city switches between peace and emergency, and back."""
