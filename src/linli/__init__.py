"""Linli (邻里): a city's answer to a public-health emergency, from the neighbourhood up."""

__version__ = "0.1.0"
