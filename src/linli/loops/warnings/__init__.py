"""A signal that stands out is a piece of work: a named person accepts or dismisses it."""
