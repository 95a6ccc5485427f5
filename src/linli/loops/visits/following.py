"""Whose visits are they, when two records of a person turn out to be one?"""

from collections.abc import Sequence

from linli.loops.visits.tables import Visit


def move_person(old_id: int, new_id: int, only: Sequence[int] | None = None) -> list[int]:
    """Let one person's visits be another's; all of them, or these alone. Returns their ids."""
    rows = Visit.objects.filter(person_id=old_id)
    if only is not None:
        rows = rows.filter(id__in=only)
    ids = sorted(rows.values_list("id", flat=True))
    Visit.objects.filter(id__in=ids).update(person_id=new_id)
    return ids
