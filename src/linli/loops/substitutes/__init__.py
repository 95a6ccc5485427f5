"""What stands in for a guard, a fence or cleaning where an estate has none (S67)."""
