"""Incidents: something went wrong on a transfer, until it is made good to each one it struck."""
