"""Who was with any of these cases, among millions of visits? One SQL file, two engines."""
