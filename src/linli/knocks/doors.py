"""Which doors are open to all, and how often may each be knocked at?

Whoever works here files for others all day and is not counted: their post is on record.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest

from linli.errors import NotFound, Problem
from linli.knocks.counter import forgive, guessing, knock
from linli.knocks.rates import Rate
from linli.knocks.senders import digest, sender_of
from linli.policy.can import OWNERS, Actor

NAMES_A_SENDER = 6  # times the wrong passwords for one name, for all names; assumed


def knock_to_file(request: HttpRequest, actor: Actor) -> None:
    """Somebody asks for help or says "me too"; raises TooOften unless they hold a post."""
    if any(h.role not in OWNERS for h in actor.holdings):
        return
    who = f"account {actor.id}" if actor.id is not None else None
    knock(settings.FILING_RATE, digest(who) if who else sender_of(request))


def knock_as_app(key: str) -> None:
    """An app files with its key; raises TooOften."""
    knock(settings.APP_RATE, digest(key))


@contextmanager
def guessing_token(request: HttpRequest, *, if_given: str | None = "-") -> Iterator[None]:
    """Try the token of a request; a wrong one is counted, none at all is not."""
    if if_given is None:
        yield
        return
    with guessing(settings.GUESS_RATE, sender_of(request), NotFound):
        yield


@contextmanager
def showing_access(request: HttpRequest, wrong: type[Problem]) -> Iterator[None]:
    """Show an access token, which cannot be guessed: wrong ones slow down nobody else's."""
    with guessing(settings.GUESS_RATE, sender_of(request), wrong, right_passes=True):
        yield


@contextmanager
def guessing_key(request: HttpRequest, wrong: type[Problem]) -> Iterator[None]:
    """Try the key of an app; a wrong one is counted."""
    with guessing(settings.GUESS_RATE, sender_of(request), wrong):
        yield


def knock_to_sign_in(request: HttpRequest, name: str) -> None:
    """A password is tried for a name; raises TooOften."""
    for rate, sender in _sign_in(request, name):
        knock(rate, sender)


def forgive_sign_in(request: HttpRequest, name: str) -> None:
    """It was the right password, so nothing was guessed."""
    for rate, sender in _sign_in(request, name):
        forgive(rate, sender)


def _sign_in(request: HttpRequest, name: str) -> list[tuple[Rate | None, str]]:
    one: Rate | None = settings.SIGN_IN_RATE
    if one is None:
        return []
    sender = sender_of(request)
    every = Rate("sign_in_any", one.most * NAMES_A_SENDER, one.span_s)
    return [(every, sender), (one, digest(f"{sender} {name.casefold()}"))]
