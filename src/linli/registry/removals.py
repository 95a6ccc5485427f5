"""How does a resident leave the register, with all that hangs on the row? In one transaction.

Whoever is removed goes with the duplicates that were merged into them: names, numbers, parts of
the name, pairs and merges. An account that is nobody's post is shut and emptied. What others
wrote down about them is not here: whoever asks for a removal has looked whether it is still kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Exists, OuterRef, Q, QuerySet

from linli import clock
from linli.audit.records import record_many
from linli.policy.can import SYSTEM, Actor
from linli.policy.roles import Purpose
from linli.registry import gone, names
from linli.registry.accounts import Account
from linli.registry.duplicates import Candidate
from linli.registry.households import Household
from linli.registry.merges import Merge
from linli.registry.person import Person, named
from linli.registry.roster import Assignment
from linli.registry.tokens import ApiToken

# What the register can do without while somebody lives here, and how it reads when it is gone.
ERASABLE: dict[str, Any] = {"phone": "", "document": "", "needs": []}


@dataclass(frozen=True)
class Removed:
    """What went: the ids of people and of their duplicates, and the doors left with nobody."""

    people: tuple[int, ...]
    duplicates: tuple[int, ...]
    empty_households: tuple[int, ...]


def duplicates_of(ids: Collection[int]) -> dict[int, int]:
    """Everybody merged into these people, however often it was passed on, with whom it is now."""
    found: dict[int, int] = {}
    into = {person_id: person_id for person_id in ids}
    while into:
        rows = Person.objects.filter(survivor_id__in=into).values_list("id", "survivor_id")
        merged = ((loser, survivor) for loser, survivor in rows if survivor is not None)
        into = {loser: into[survivor] for loser, survivor in merged if loser not in found}
        found |= into
    return found


def remove(
    people: Sequence[Person],
    *,
    cases: Collection[int],
    today: date,
    rule: str,
    actor: Actor = SYSTEM,
    spared: int = 0,
) -> Removed:
    """Remove people, in the caller's transaction; ``cases`` are those whose building stays.

    ``spared`` is an account that stays open, though it is no record's any more. Each removal
    is an act in the audit: a number and the rule, no name.
    """
    ids = [person.id for person in people]
    losers = duplicates_of(ids)
    every = [*ids, *losers]
    names.change([named(person) for person in people], [])
    Candidate.objects.filter(Q(first_id__in=every) | Q(second_id__in=every)).delete()
    Merge.objects.filter(Q(loser_id__in=every) | Q(survivor_id__in=every)).delete()
    Account.objects.filter(id=spared, person_id__in=every).update(person_id=None)
    _close_accounts(Account.objects.filter(person_id__in=every))
    gone.count((person.path, person.left_on) for person in people if person.left_on is not None)
    _keep_homes(people, losers, cases)
    doors = {person.household_id for person in people if person.household_id is not None}
    doors |= set(
        Person.objects.filter(id__in=losers, household__isnull=False).values_list(
            "household_id", flat=True
        )
    )
    Person.objects.filter(id__in=every).delete()
    empty = _mark_empty(doors, today)
    record_many(actor, "remove", "people", every, purpose=Purpose.REGISTRY, detail={"rule": rule})
    return Removed(tuple(ids), tuple(losers), empty)


def empty_households(until: date) -> QuerySet[Household]:
    """The households with nobody since a day or longer, the longest first."""
    lived_in = Exists(Person.objects.filter(household_id=OuterRef("id")))
    rows = Household.objects.filter(~lived_in, empty_since__lte=until)
    return rows.order_by("empty_since", "id")


def remove_households(rows: Sequence[Household], *, rule: str) -> None:
    """Remove households in which nobody lives, in the caller's transaction."""
    ids = [household.id for household in rows]
    Household.objects.filter(id__in=ids).delete()
    record_many(SYSTEM, "remove", "households", ids, purpose=Purpose.REGISTRY,
                detail={"rule": rule})  # fmt: skip


def forget_marks() -> int:
    """Take the mark off households in which somebody lives again; returns how many."""
    lived_in = Exists(Person.objects.filter(household_id=OuterRef("id")))
    return Household.objects.filter(lived_in, empty_since__isnull=False).update(empty_since=None)


def erase_fields(person: Person, fields: Iterable[str]) -> tuple[str, ...]:
    """Empty what may go of somebody who stays, and of their duplicates; returns what went."""
    wanted = [name for name in ERASABLE if name in set(fields)]
    double = Person.objects.filter(id__in=duplicates_of([person.id]))
    emptied = {name: ERASABLE[name] for name in wanted}
    went = tuple(name for name in wanted if getattr(person, name))
    for name, nothing in emptied.items():
        setattr(person, name, nothing)
    person.save()
    double.update(**emptied)
    for merge in Merge.objects.filter(survivor_id=person.id):
        filled = merge.moved.get("fields", {})
        merge.moved["fields"] = {name: was for name, was in filled.items() if name not in emptied}
        merge.save()
    return went


def _keep_homes(
    people: Sequence[Person], losers: Mapping[int, int], cases: Collection[int]
) -> None:
    """Keep the building of whoever was a case, under each number that an item may carry."""
    doors = {p.id: p.household_id for p in people if p.household_id is not None and p.id in cases}
    built = dict(Household.objects.filter(id__in=set(doors.values())).values_list("id", "home_id"))
    numbers = [*((p, p) for p in doors), *((lost, p) for lost, p in losers.items() if p in doors)]
    gone.GoneHome.objects.bulk_create(
        [gone.GoneHome(person_id=n, home_id=built[doors[p]]) for n, p in numbers],
        ignore_conflicts=True,
    )


def _mark_empty(doors: Collection[int], today: date) -> tuple[int, ...]:
    lived_in = Exists(Person.objects.filter(household_id=OuterRef("id")))
    rows = Household.objects.filter(~lived_in, id__in=doors, empty_since=None)
    empty = tuple(sorted(rows.values_list("id", flat=True)))
    Household.objects.filter(id__in=empty).update(empty_since=today)
    return empty


def _close_accounts(rows: QuerySet[Account]) -> None:
    """Whoever works here keeps the account, and it is nobody's record; a resident's own goes."""
    works = Exists(Assignment.objects.filter(account_id=OuterRef("id")))
    staff = list(rows.filter(works).values_list("id", flat=True))
    own = list(rows.exclude(works))
    Account.objects.filter(id__in=staff).update(person_id=None)
    for account in own:
        account.username, account.display_name = f"removed-{account.id}", ""
        account.email = account.phone = ""
        account.person_id, account.is_active = None, False
        account.set_unusable_password()
        account.save()
    ids = [account.id for account in own]
    for model in (Authenticator, EmailAddress, SocialAccount):
        model.objects.filter(user_id__in=ids).delete()
    tokens = ApiToken.objects.filter(account_id__in=ids, revoked_at=None)
    tokens.update(revoked_at=int(clock.wall_now()))
