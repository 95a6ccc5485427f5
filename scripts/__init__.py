"""What a developer or a build runs in a checkout; each says at its head what it answers."""
