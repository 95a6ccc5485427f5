"""Who keeps the demo alive? Residents and staff, played through the API like anybody else."""

import threading


def play(address: str, *, seed: int, stop: threading.Event) -> None:
    """Act until told to stop."""
    stop.wait()
