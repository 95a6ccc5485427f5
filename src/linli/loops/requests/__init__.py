"""A resident asks, somebody answers, and the resident says whether it was solved."""
