"""Who else asks for the same? Each has a voice: a token to follow by, and word of the outcome."""

from django.db.models import Q

from linli.loops.ledger import Voice
from linli.loops.standing import Standing


def accounts_of(item_id: int) -> list[int]:
    """The accounts that have a voice in an item, each once."""
    rows = Voice.objects.filter(item_id=item_id, account_id__isnull=False)
    ids = rows.order_by("id").values_list("account_id", flat=True)
    return [account for account in ids if account is not None]


def fresh(joined: Standing, kept: Standing) -> int:
    """How many more ask for the kept item once another is joined to it; no account twice."""
    heard = {*accounts_of(kept.id), kept.opened_by}
    again = sum(1 for account in accounts_of(joined.id) if account in heard)
    owner = 0 if joined.opened_by is not None and joined.opened_by in heard else 1
    return owner + max(joined.n_me_too - again, 0)


def carry(joined: Standing, kept: Standing, now: int) -> int:
    """Give the kept item the voices of one joined to it, and a voice to who asked for that.

    An account that is heard there already keeps its old voice, with its own token.
    """
    heard = {*accounts_of(kept.id), kept.opened_by} - {None}
    moving = Voice.objects.filter(item_id=joined.id)
    moved = moving.filter(Q(account_id=None) | ~Q(account_id__in=heard)).update(item_id=kept.id)
    if (joined.opened_by is None and not joined.token_hash) or joined.opened_by in heard:
        return moved
    Voice.objects.get_or_create(
        item_id=kept.id,
        account_id=joined.opened_by,
        token_hash=joined.token_hash,
        defaults={"at": now},
    )
    return moved + 1
