"""Who asks which contact on which day, what they found, and what nobody did."""
