"""How does somebody without an account follow an item? By a token only they were given."""

import hashlib
import secrets

TOKEN_BYTES = 9  # 12 characters, 72 bits: not to be guessed, short enough to read out


def make() -> str:
    """A fresh token."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """What is kept of a token: enough to know it again, not to show it."""
    return hashlib.sha256(token.encode()).hexdigest()
