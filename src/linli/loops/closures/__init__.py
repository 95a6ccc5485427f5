"""Roads that are closed: drawn by hand, from when until when, who may pass, and why."""
