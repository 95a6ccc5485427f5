"""What has to be told to whom? Messages are written with the change; a worker sends digests.

A message is a row added in the transaction of the change it tells of. The worker gathers all
that waits for one account into one notice, in one transaction with marking them sent, so a
message is told exactly once even if the worker is killed. E-mail leaves from the notice.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import connection, models, transaction

from linli import bulk, clock
from linli.columns import MomentField

MESSAGES_A_PASS = 5_000
LINES_A_NOTICE = 50  # what a person can read; the rest is counted


class Message(models.Model):
    """One thing to be told to one account: a kind, the item, and what the sentence needs."""

    id = models.BigAutoField(primary_key=True)
    at = MomentField()
    kind = models.CharField(max_length=40)
    account_id = models.BigIntegerField()
    item_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)
    urgent = models.BooleanField(default=False)
    exercise = models.BooleanField(default=False)
    notice_id = models.BigIntegerField(null=True)

    class Meta:
        app_label = "jobs"
        indexes = [
            models.Index(
                fields=["account_id", "id"],
                condition=models.Q(notice_id=None),
                name="message_waiting",
            ),
            models.Index(fields=["item_id"], name="message_item"),
        ]


class Notice(models.Model):
    """What one account is told at once: a digest of messages, read or not yet."""

    id = models.BigAutoField(primary_key=True)
    account_id = models.BigIntegerField()
    at = MomentField()
    n_messages = models.IntegerField()
    lines = models.JSONField(default=list)  # [kind, item id, detail], at most LINES_A_NOTICE
    urgent = models.BooleanField(default=False)
    exercise = models.BooleanField(default=False)
    read_at = MomentField(null=True)
    mailed_at = MomentField(null=True)

    class Meta:
        app_label = "jobs"
        indexes = [models.Index(fields=["account_id", "-id"], name="notice_account")]


def tell(
    accounts: Iterable[int],
    kind: str,
    *,
    now: int,
    item_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
    urgent: bool = False,
    exercise: bool = False,
) -> None:
    """Put a message for each account into the outbox, in the caller's transaction."""
    Message.objects.bulk_create(
        Message(
            at=now,
            kind=kind,
            account_id=account,
            item_id=item_id,
            detail=dict(detail or {}),
            urgent=urgent,
            exercise=exercise,
        )
        for account in accounts
    )


MESSAGE_COLUMNS = ("at", "kind", "account_id", "item_id", "detail", "urgent", "exercise")


def put(rows: Iterable[Sequence[Any]]) -> int:
    """Put many messages into the outbox at once, as plain values in MESSAGE_COLUMNS' order."""
    waiting = list(rows)
    return bulk.insert(Message, MESSAGE_COLUMNS, waiting) if waiting else 0


def put_found(cursor: Any, select: str, values: Sequence[Any]) -> None:
    """Put the messages that a query finds into the outbox, in MESSAGE_COLUMNS' order."""
    cursor.execute(f"INSERT INTO jobs_message ({', '.join(MESSAGE_COLUMNS)}) {select}", values)


def send(*, now: int | None = None, most: int = MESSAGES_A_PASS) -> int:
    """Turn waiting messages into one notice an account; returns how many messages were told."""
    at = clock.now_s() if now is None else now
    with transaction.atomic():
        waiting = Message.objects.filter(notice_id=None).order_by("account_id", "id")
        if connection.vendor == "postgresql":
            waiting = waiting.select_for_update(skip_locked=True)
        messages = list(waiting[:most])
        each = [
            list(group)
            for _, group in groupby(
                sorted(messages, key=lambda m: (m.account_id, m.exercise, m.id)),
                key=lambda m: (m.account_id, m.exercise),
            )
        ]
        notices = Notice.objects.bulk_create([_gathered(group, at) for group in each])
        told = [
            (notice.id, message.id)
            for notice, group in zip(notices, each, strict=True)
            for message in group
        ]
        bulk.update(Message, ["notice_id"], told)
    return len(messages)


def _gathered(messages: Sequence[Message], at: int) -> Notice:
    """One notice of all that waits for an account, what is urgent first."""
    urgent_first = sorted(messages, key=lambda m: (not m.urgent, m.id))
    return Notice(
        account_id=messages[0].account_id,
        at=at,
        n_messages=len(messages),
        lines=[[m.kind, m.item_id, m.detail] for m in urgent_first[:LINES_A_NOTICE]],
        urgent=any(m.urgent for m in messages),
        exercise=messages[0].exercise,
    )


def shown_to(*, exercise: bool) -> models.Q:
    """The notices that reach somebody: those of an exercise only who takes part in one."""
    return models.Q() if exercise else models.Q(exercise=False)


def n_unread(account_id: int, *, exercise: bool) -> int:
    """How many notices an account has not read."""
    return Notice.objects.filter(
        shown_to(exercise=exercise), account_id=account_id, read_at=None
    ).count()


def notices_of(
    account_id: int, *, exercise: bool, before: int | None = None, most: int = 50
) -> list[Notice]:
    """What an account was told, the newest first; ``before`` is the last id of the page before.

    What an exercise tells is shown to who takes part in one (``exercise``), and to nobody else.
    """
    told = Notice.objects.filter(shown_to(exercise=exercise), account_id=account_id)
    if before:
        told = told.filter(id__lt=before)
    return list(told.order_by("-id")[:most])


def mark_read(account_id: int, up_to: int, *, exercise: bool, now: int) -> int:
    """Mark an account's notices up to an id as read; returns how many were unread."""
    unread = Notice.objects.filter(
        shown_to(exercise=exercise), account_id=account_id, id__lte=up_to, read_at=None
    )
    return unread.update(read_at=now)
