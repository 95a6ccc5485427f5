"""Follow-up schedules for 50,000 contacts, against the raw insert speed of the database.

The contacts are opened through the ordinary door; then their schedules are made twice, at first
and anew after a tenth of the first day was done. Raw is the same rows put into a table of the
same shape by one statement, in the same run.
"""

import argparse
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from benchmarks.ground import analyze, say, timed, worked
from linli import clock
from linli.loops import catalogue
from linli.loops.advance import Opening, open_many
from linli.loops.follow_ups import schedule, watch
from linli.loops.follow_ups.seen import Told, take_in
from linli.loops.follow_ups.tables import FollowUp
from linli.loops.scene import Scene
from linli.policy.can import SYSTEM
from tests.cast import EVENING, build_city

CONTACTS = 50_000
OPENED_AT_ONCE = 10_000
BAR_S = 10.0
PLACES = ("oak1", "oak2", "ash1", "pine")


def main(rest: Sequence[str]) -> None:
    """Open the contacts, then make their schedules."""
    parser = argparse.ArgumentParser(prog="followups")
    parser.add_argument("--contacts", type=int, default=CONTACTS)
    asked = parser.parse_args(rest)
    city = build_city()
    with timed() as took:
        ids = _open(city, asked.contacts)
    say(f"{len(ids):,} contacts opened", f"{took[0]:.1f} s", worked(took))
    analyze()
    with timed() as took:
        made = schedule.make(ids, now=EVENING)
    say(f"{made.n_made:,} follow-ups made", f"{took[0]:.2f} s", worked(took, f"<= {BAR_S:.0f} s"))
    raw = _raw()
    say("the same rows by one raw statement", f"{raw[0]:.2f} s", worked(raw))
    say("ratio to raw, at work", f"{took[1] / raw[1]:.2f}")
    tomorrow = clock.day(clock.moment(EVENING)) + timedelta(days=1)
    told = [Told(contact, tomorrow, 0, "well") for contact in ids[: len(ids) // 10]]
    with timed() as took:
        done = take_in(told, city.scene("gil", EVENING + 86_400, purpose="investigation"))
    say(f"{done.n_new:,} follow-ups told", f"{took[0]:.2f} s", worked(took))
    with timed() as took:
        again = schedule.make(ids, now=EVENING + 86_400)
    say(f"made anew, {again.n_kept:,} kept", f"{took[0]:.2f} s", worked(took, f"<= {BAR_S:.0f} s"))
    one = ids[len(ids) // 2]
    with timed() as took:
        schedule.make([one], now=EVENING + 86_400)
    say("the schedule of one contact made anew", f"{took[0] * 1000:.1f} ms", worked(took))
    with timed() as took:
        looked = watch.look(EVENING + 86_400 + 3 * 3600)
    say(f"one look at all, {looked.missed:,} not seen", f"{took[0]:.2f} s", worked(took))


def _open(city, count: int) -> list[int]:
    """Contacts in four places, who met a case in the last three days."""
    scene = Scene(SYSTEM, EVENING)
    ids: list[int] = []
    for start in range(0, count, OPENED_AT_ONCE):
        openings = [
            Opening(
                city.areas[PLACES[n % len(PLACES)]].id,
                "close",
                {"last_met_on": f"2020-02-0{7 + n % 3}"},
                kind="covid19",
                subject_kind="person",
                subject_id=n + 1,
            )
            for n in range(start, min(start + OPENED_AT_ONCE, count))
        ]
        moved, refused = open_many(catalogue.get("contact"), openings, scene)
        assert not refused
        ids += [one.item_id for one in moved]
    return ids


def _raw() -> list[float]:
    """A table of the same shape and indexes, filled with the same rows."""
    table, columns = FollowUp._meta.db_table, "id, contact_id, day, slot, holder_id, status"
    with connection.cursor() as cursor, transaction.atomic():
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE TABLE raw (LIKE {table} INCLUDING ALL)")
        else:
            cursor.execute(
                "CREATE TABLE raw (id bigint PRIMARY KEY, contact_id bigint, day date, "
                "slot smallint, holder_id bigint, status varchar(12), temperature_c real, "
                "symptoms text, at bigint, by bigint)"
            )
            cursor.execute("CREATE INDEX raw_due ON raw (day, holder_id) WHERE status = ''")
        with timed() as took:
            cursor.execute(f"INSERT INTO raw ({columns}) SELECT {columns} FROM {table} ORDER BY id")
        cursor.execute("DROP TABLE raw")
    return took
