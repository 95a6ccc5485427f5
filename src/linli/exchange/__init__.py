"""The outside world's formats: one folder a format."""
