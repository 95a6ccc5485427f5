"""Where somebody was, from when to when, how sure that is, and who said so."""
