"""A round: an area, some days, and everybody in it seen on each of them."""
