"""Whose are orders and results, when two records of a person turn out to be one?"""

from collections.abc import Sequence

from linli.loops.laboratory.tables import LabOrder, LabResult


def move_orders(old_id: int, new_id: int, only: Sequence[int] | None = None) -> list[int]:
    """Let the orders for one person be for another; all of them, or these alone."""
    return _move(LabOrder, old_id, new_id, only)


def move_results(old_id: int, new_id: int, only: Sequence[int] | None = None) -> list[int]:
    """Let the results of one person be another's; all of them, or these alone."""
    return _move(LabResult, old_id, new_id, only)


def _move(
    table: type[LabOrder] | type[LabResult], old_id: int, new_id: int, only: Sequence[int] | None
) -> list[int]:
    rows = table._default_manager.filter(person_id=old_id)
    if only is not None:
        rows = rows.filter(id__in=only)
    ids = sorted(rows.values_list("id", flat=True))
    table._default_manager.filter(id__in=ids).update(person_id=new_id)
    return ids
