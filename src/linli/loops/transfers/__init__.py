"""Transfers: somebody who needs a bed, until they are in it."""
