"""Whom are exposures about, when two records of a person turn out to be one?

Of two exposures to one source that become about one person, the decided one stays where it is.
"""

from collections.abc import Sequence

from linli.loops.exposures.tables import Exposure


def move_person(old_id: int, new_id: int, only: Sequence[int] | None = None) -> list[int]:
    """Let one person's exposures be another's, as who met and as who was met; returns their ids."""
    rows = Exposure.objects.filter(person_id=old_id)
    taken = Exposure.objects.filter(person_id=new_id).values("source_id")
    rows = rows.exclude(source_id__in=taken) if only is None else rows.filter(id__in=only)
    ids = sorted(rows.values_list("id", flat=True))
    Exposure.objects.filter(id__in=ids).update(person_id=new_id)
    return ids


def move_source(old_id: int, new_id: int, only: Sequence[int] | None = None) -> list[int]:
    """The same for the person who was met."""
    rows = Exposure.objects.filter(source_person_id=old_id)
    if only is not None:
        rows = rows.filter(id__in=only)
    ids = sorted(rows.values_list("id", flat=True))
    Exposure.objects.filter(id__in=ids).update(source_person_id=new_id)
    return ids
