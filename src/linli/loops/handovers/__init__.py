"""Hand-overs: something goes to an organisation, with a named receiver, a clock and a receipt."""
