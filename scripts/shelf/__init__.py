"""The pages of the reference shelf: each module here writes some of them from the code."""
