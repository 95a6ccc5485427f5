"""Whom are items about, when two records of a person turn out to be one?"""

from collections.abc import Sequence

from linli.loops.collected import all_collected
from linli.loops.ledger import Item

PERSON = "person"


def move_person(old_id: int, new_id: int, only: Sequence[int] | None = None) -> list[int]:
    """Let the items about one person be about another; all of them, or these alone.

    Returns the ids of those moved. Events stay as they were written: they tell of their day.
    """
    about = Item.objects.filter(subject_kind=PERSON, subject_id=old_id)
    if only is not None:
        about = about.filter(id__in=only)
    ids = sorted(about.values_list("id", flat=True))
    Item.objects.filter(id__in=ids).update(subject_id=new_id)
    return ids


def move_collected(name: str, old_id: int, new_id: int, only: Sequence[int] | None) -> list[int]:
    """The same for the rows of a table of facts that name a person, such as contacts in care."""
    model = next(one.model for one in all_collected() if one.name == name)
    rows = model._default_manager.filter(person_id=old_id)
    if only is not None:
        rows = rows.filter(id__in=only)
    ids = sorted(rows.values_list("id", flat=True))
    model._default_manager.filter(id__in=ids).update(person_id=new_id)
    return ids
