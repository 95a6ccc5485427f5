"""Who was spoken to, when two records of a person turn out to be one?"""

from collections.abc import Sequence

from linli.loops.calls.tables import CareContact


def move_contacts(old_id: int, new_id: int, only: Sequence[int] | None = None) -> list[int]:
    """Let contacts with one person have been with another; all of them, or these alone."""
    rows = CareContact.objects.filter(person_id=old_id)
    if only is not None:
        rows = rows.filter(id__in=only)
    ids = sorted(rows.values_list("id", flat=True))
    CareContact.objects.filter(id__in=ids).update(person_id=new_id)
    return ids
