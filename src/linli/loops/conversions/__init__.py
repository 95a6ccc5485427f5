"""Conversions: a site on its way into use as a place for patients, and out of it."""
