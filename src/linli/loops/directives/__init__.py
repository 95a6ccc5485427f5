"""An order goes down, and it is known who has received it and who has done it (S01)."""
