"""How does tracing stand? A few figures, each of them the length of a list that can be opened.

The figures are those that tracing teams ask for elsewhere: contacts not seen for some days, cases
with few contacts, cases without a known source, and how many new cases were known as contacts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from linli import clock
from linli.analysis.rates import Rate, rate
from linli.errors import N_, NotFound, Word
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.follow_ups.tables import MET, FollowUp
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.policy.can import Actor, Ask, can, scope
from linli.policy.roles import PURPOSES, TRACERS, Purpose
from linli.registry.areas import under, within

SEE = "chains.see"
DAY_S = 86_400
UNSEEN_DAYS, NEW_DAYS, FEW_CONTACTS = 2, 7, 3  # assumed; the page lets whoever asks choose
LIST_LENGTH = 200


@dataclass(frozen=True)
class Asked:
    """Where, until when, and with which thresholds."""

    now: int
    area_path: str = ""
    kind: str = ""
    unseen_days: int = UNSEEN_DAYS
    new_days: int = NEW_DAYS
    few: int = FEW_CONTACTS


@dataclass(frozen=True)
class Figure:
    """A figure with what it is of; ``rate`` where it is a share, with its interval."""

    name: str
    label: str
    n: int
    of: int
    rate: Rate | None = None


Rows = QuerySet[Item]

LABELS: dict[str, str] = {
    "unseen": N_("contacts not seen for some days"),
    "new_contacts": N_("new contacts"),
    "few_contacts": N_("cases with few contacts"),
    "no_source": N_("cases without a known source"),
    "known_before": N_("new cases known as contacts before"),
    "untraced": N_("confirmed cases not traced yet"),
}


def figures(actor: Actor, asked: Asked, *, purpose: str | None) -> list[Figure]:
    """Every figure within reach."""
    seen = _seen(actor, asked, purpose)
    return [_figure(name, seen, asked) for name in LABELS]


def rows_of(
    name: str, actor: Actor, asked: Asked, *, purpose: str | None, after: int | None = None
) -> list[Item]:
    """The list behind a figure, the newest first; raises NotFound for a figure there is not."""
    if name not in LABELS:
        raise NotFound(what=Word(N_("figure")), value=name[:24])
    rows, _ = _RULES[name](_seen(actor, asked, purpose), asked)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return list(rows.order_by("-id")[:LIST_LENGTH])


def _figure(name: str, seen: Rows, asked: Asked) -> Figure:
    rows, of = _RULES[name](seen, asked)
    n, whole = rows.count(), of.count()
    share = rate(n, whole) if name in ("known_before", "no_source") else None
    return Figure(name, LABELS[name], n, whole, share)


def _seen(actor: Actor, asked: Asked, purpose: str | None) -> Rows:
    """Cases and contacts within reach, for a purpose that somebody who traces may have."""
    chosen = Purpose(purpose) if purpose else None
    can(actor, Ask(SEE, TRACERS, None, chosen, True)).required()
    roles = [role for role in TRACERS if chosen in PURPOSES.get(role, ())]
    rows = Item.objects.filter(within(scope(actor, roles)), exercise=actor.exercise)
    if asked.area_path:
        rows = rows.filter(under(asked.area_path))
    return rows.filter(kind=asked.kind) if asked.kind else rows


def _cases(seen: Rows) -> Rows:
    return seen.filter(loop="case").exclude(outcome="excluded")


def _ill(seen: Rows) -> Rows:
    """Cases in the strict sense: a close contact is a class of the four, and no case."""
    return _cases(seen).exclude(item_class__in=("contact", "fever"))


def _open_contacts(seen: Rows) -> Rows:
    return seen.filter(loop="contact").exclude(state=State.CLOSED)


def _unseen(seen: Rows, asked: Asked) -> tuple[Rows, Rows]:
    contacts = _open_contacts(seen)
    since = clock.day(clock.moment(asked.now)) - timedelta(days=asked.unseen_days)
    met = FollowUp.objects.filter(contact_id=OuterRef("id"), status__in=MET, day__gt=since)
    old = Q(opened_at__lte=asked.now - asked.unseen_days * DAY_S)
    return contacts.filter(~Exists(met), old), contacts


def _new_contacts(seen: Rows, asked: Asked) -> tuple[Rows, Rows]:
    contacts = seen.filter(loop="contact")
    return contacts.filter(opened_at__gt=asked.now - asked.new_days * DAY_S), contacts


def _accepted() -> QuerySet[Exposure]:
    return Exposure.objects.filter(decision=Decision.ACCEPTED)


def _few_contacts(seen: Rows, asked: Asked) -> tuple[Rows, Rows]:
    cases = _ill(seen)
    few = _accepted().filter(source_id__in=cases.values("id")).values("source_id")
    enough = few.annotate(n=Count("id")).filter(n__gte=asked.few).values("source_id")
    return cases.exclude(id__in=enough), cases


def known_source(case: str = "subject_id") -> Exists:
    """Whether somebody decided from whom a case may have it."""
    same = OuterRef("exercise")
    return Exists(_accepted().filter(person_id=OuterRef(case), exercise=same))


def _no_source(seen: Rows, asked: Asked) -> tuple[Rows, Rows]:
    del asked
    cases = _ill(seen)
    return cases.filter(~known_source()), cases


def _known_before(seen: Rows, asked: Asked) -> tuple[Rows, Rows]:
    new = _ill(seen).filter(opened_at__gt=asked.now - asked.new_days * DAY_S)
    before = Item.objects.filter(
        loop="contact",
        subject_kind="person",
        subject_id=OuterRef("subject_id"),
        opened_at__lte=OuterRef("opened_at"),
        kind=OuterRef("kind"),
        exercise=OuterRef("exercise"),
    )
    return new.filter(Exists(before)), new


def _untraced(seen: Rows, asked: Asked) -> tuple[Rows, Rows]:
    del asked
    confirmed = _cases(seen).filter(item_class="confirmed")
    traced = Item.objects.filter(parent_id=OuterRef("id"), loop="investigation", state=State.CLOSED)
    return confirmed.filter(~Exists(traced)), confirmed


_RULES: dict[str, Callable[[Rows, Asked], tuple[Rows, Rows]]] = {
    "unseen": _unseen,
    "new_contacts": _new_contacts,
    "few_contacts": _few_contacts,
    "no_source": _no_source,
    "known_before": _known_before,
    "untraced": _untraced,
}


def last_seen(contact_ids: Sequence[int]) -> dict[int, object]:
    """The last day on which somebody spoke with each contact."""
    found: dict[int, object] = {}
    rows = FollowUp.objects.filter(contact_id__in=list(contact_ids), status__in=MET)
    for contact, day in rows.order_by("contact_id", F("day").asc()).values_list(
        "contact_id", "day"
    ):
        found[contact] = day
    return found
