"""The layers of the map, one file each; a new file is a new layer."""
