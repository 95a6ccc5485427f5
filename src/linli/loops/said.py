"""What did somebody say in their own words? Kept beside the sealed events, so that it can go.

An event is sealed and stays for ever. What a form asks in free words may name people, so the
event holds only a digest of it; the words themselves stand here, and can be destroyed at their
time without breaking the chain. While they stand, the digest proves that nobody changed them.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models

from linli import bulk
from linli.loops.ledger import Event
from linli.loops.loop import Form

DIGEST = "said:"  # what stands in the event begins so
SALT_BYTES = 16
ROWS_AT_ONCE = 500
NOTHING: Mapping[str, Any] = {}


class Said(models.Model):
    """The words of one event, and the salt without which their digest tells nothing."""

    event = models.UUIDField(primary_key=True)
    item_id = models.BigIntegerField()
    salt = models.CharField(max_length=2 * SALT_BYTES)
    words = models.JSONField()

    class Meta:
        app_label = "loops"
        indexes = [models.Index(fields=["item_id"], name="said_item")]


Row = tuple[Any, int, str, dict[str, Any]]  # event, item, salt, words


def apart(
    form: type[Form],
    data: Mapping[str, Any],
    event: Any,
    item_id: int,
    *,
    reasons: Mapping[str, Any] = NOTHING,
) -> tuple[Mapping[str, Any], list[Row]]:
    """What the event of a form holds, and the row that keeps free words beside it.

    ``reasons`` are Linli's own, of an allotment: codes and ids, which stand in the event.
    """
    told = {**data, **reasons}
    names = sorted(form.personal - reasons.keys())
    words = {name: data[name] for name in names if data.get(name)}
    if not words:
        return told, []
    salt = secrets.token_hex(SALT_BYTES)
    told |= {name: _digest(salt, name, value) for name, value in words.items()}
    return told, [(event, item_id, salt, words)]


def keep(rows: Sequence[Row]) -> None:
    """Write the words of some events, in the transaction of their moves."""
    if rows:
        bulk.insert(Said, ("event", "item_id", "salt", "words"), rows)


def restored(rows: Iterable[Event]) -> list[Event]:
    """The events with the words they were told with; None where these have been destroyed."""
    events = list(rows)
    wanted = [e for e in events if any(_is_digest(value) for value in e.data.values())]
    words: dict[Any, dict[str, Any]] = {}
    for n in range(0, len(wanted), ROWS_AT_ONCE):
        uids = [event.uid for event in wanted[n : n + ROWS_AT_ONCE]]
        words |= dict(Said.objects.filter(event__in=uids).values_list("event", "words"))
    for event in wanted:
        known = words.get(event.uid, {})
        event.data = {
            name: known.get(name) if _is_digest(value) else value
            for name, value in event.data.items()
        }
    return events


def changed(*, most: int = 20) -> list[int]:
    """Items whose kept words no longer are what was sealed: somebody changed them."""
    found: list[int] = []
    for rows in _in_parts(Said.objects.order_by("event").iterator(ROWS_AT_ONCE)):
        sealed = dict(
            Event.objects.filter(uid__in=[row.event for row in rows]).values_list("uid", "data")
        )
        for row in rows:
            told = sealed.get(row.event, {})
            same = all(_digest(row.salt, n, v) == told.get(n) for n, v in row.words.items())
            if not same:
                found.append(row.item_id)
                if len(found) == most:
                    return found
    return found


def _in_parts(rows: Iterable[Said]) -> Iterable[list[Said]]:
    part: list[Said] = []
    for row in rows:
        part.append(row)
        if len(part) == ROWS_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _digest(salt: str, name: str, value: Any) -> str:
    text = json.dumps([name, value], ensure_ascii=False, sort_keys=True)
    return DIGEST + hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(DIGEST) and len(value) == 69
