"""Figures against named peers or the database's own raw speed, in the same run."""
