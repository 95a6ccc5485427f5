"""What an operator says at a prompt: one command a file, found by being there."""
