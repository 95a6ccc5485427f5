"""Disinfection is done by a sheet that comes back every day, with evidence."""
