"""Runs: a vehicle with its crew that takes people to one ward, and what it must have first."""
