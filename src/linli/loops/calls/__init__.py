"""A day without contact for somebody in special care is itself a piece of work."""
