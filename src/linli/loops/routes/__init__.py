"""Routes of runs: which way a vehicle goes, stop by stop; beside the loops that ask for it."""
