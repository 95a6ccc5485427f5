"""Which libraries search for routes? One file each, so that a new version is met in one place.

They are imported when they are called, never before: each takes half a second to load.
"""
