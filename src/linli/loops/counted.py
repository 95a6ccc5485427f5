"""How does a study count the work? All items as rows to be counted; it opens none by this door.

Who may see an item is decided by whoever shows rows: a count tells nothing of one.
"""

from django.db.models import QuerySet

from linli.loops.ledger import Item


def items(*, exercise: bool) -> QuerySet[Item]:
    """Every item of the city, or of its exercises; the two are never counted together."""
    return Item.objects.filter(exercise=exercise)
