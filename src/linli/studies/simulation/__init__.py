"""What if, from the city's own registry and today's records: parameters, runs, decisions."""
