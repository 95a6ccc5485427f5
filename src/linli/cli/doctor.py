"""Is this deployment well? Each check says what it found, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.resources import files

from linli import clock
from linli.cli.words import gettext as _

LEAST_POSTGRESQL = 150_000  # 15.0, as the driver counts
BIG_CITY_PEOPLE = 1_000_000  # above this SQLite's one writer is felt; assumed
BUILT_AFTER = datetime(2025, 1, 1, tzinfo=UTC)  # no machine's clock is right before this


class Grade(StrEnum):
    """How grave a finding is."""

    GOOD = "good"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """What a check found, and what to do (empty when there is nothing to do)."""

    check: str
    grade: Grade
    found: str
    do: str = ""


def examine() -> list[Finding]:
    """All checks in order; those that need tables wait until the tables are there."""
    findings = [_settings(), *_database()]
    if any(f.grade is Grade.BROKEN for f in findings):
        return [*findings, *_run((_translations, _scripts, _wall_clock))]
    checks = (
        _ranges, _partitions, _size, _city_clock, _wall_clock, _calendar, _worker, _jobs,
        _administrator, _translations, _scripts,
    )  # fmt: skip
    return [*findings, *_run(checks)]


def _run(checks: tuple[Callable[[], Finding], ...]) -> list[Finding]:
    return [check() for check in checks]


def _good(check: str, found: str) -> Finding:
    return Finding(check, Grade.GOOD, found)


def _settings() -> Finding:
    from django.conf import settings

    if settings.DEBUG:
        return Finding(
            "settings",
            Grade.WARNING,
            _("LINLI_DEBUG is on: errors show their inside to anybody."),
            _("Unset LINLI_DEBUG."),
        )
    if not settings.DEMO and not settings.SECOND_FACTOR:
        return Finding(
            "settings",
            Grade.WARNING,
            _("Staff sign in without a second factor."),
            _("Unset LINLI_SECOND_FACTOR, or set it to 1."),
        )
    if not settings.DEMO and not (settings.FILING_RATE and settings.GUESS_RATE):
        return Finding(
            "settings",
            Grade.WARNING,
            _("Anybody may file requests or guess tokens as often as they like."),
            _("Unset LINLI_FILING_RATE and LINLI_GUESS_RATE, or let your proxy count."),
        )
    return _good("settings", _("The settings are complete."))


def _database() -> list[Finding]:
    from linli.cli.ready import NoDatabase, owed_migrations

    try:
        owed = owed_migrations()
    except NoDatabase as problem:
        return [Finding("database", Grade.BROKEN, problem.tell(_), _("Start the database."))]
    if owed:
        found = _("{n} changes of the tables are not made yet.").format(n=owed)
        return [_version(), Finding("migrations", Grade.BROKEN, found, _("Run: linli setup"))]
    return [_version(), _good("migrations", _("The tables are those of this version."))]


def _version() -> Finding:
    from django.db import connection

    if connection.vendor == "sqlite":
        import sqlite3

        return _good("database", f"SQLite {sqlite3.sqlite_version}")
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        number = int(cursor.fetchone()[0])
    name = f"PostgreSQL {number // 10_000}.{number % 10_000}"
    if number < LEAST_POSTGRESQL:
        return Finding("database", Grade.BROKEN, name, _("Move to PostgreSQL 15 or newer."))
    return _good("database", name)


def _ranges() -> Finding:
    """Areas below an area are found as a range of paths; that needs bytes in order of bytes."""
    wrong = wrong_collations()
    if wrong:
        return Finding(
            "ranges",
            Grade.BROKEN,
            _("These columns do not compare byte by byte: {columns}.").format(
                columns=", ".join(wrong)
            ),
            _('Give them the collation "C" and build their indexes again.'),
        )
    return _good("ranges", _("Paths of areas compare byte by byte."))


def wrong_collations() -> list[str]:
    """The columns of area paths that would sort by a language instead of by byte."""
    from django.apps import apps
    from django.db import connection

    from linli.columns import AreaPathField

    columns = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, AreaPathField)
    }
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT table_name, column_name FROM information_schema.columns "
                "WHERE table_schema = current_schema() "
                "AND collation_name IN ('C', 'POSIX', 'ucs_basic')"
            )
            return sorted(f"{t}.{c}" for t, c in columns - set(cursor.fetchall()))
        wrong = []
        for table, column in sorted(columns):
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
            row = cursor.fetchone()
            part = next((p for p in (row[0] if row else "").split(",") if f'"{column}"' in p), "")
            if "COLLATE" in part.upper() and "BINARY" not in part.upper():
                wrong.append(f"{table}.{column}")
        return wrong


def _partitions() -> Finding:
    wanting = tables_without_partition()
    if wanting:
        return Finding(
            "partitions",
            Grade.BROKEN,
            _("These tables have no partition to write to: {tables}.").format(
                tables=", ".join(wanting)
            ),
            _("Run: linli setup"),
        )
    from linli.loops.screening import partitions

    n_left = partitions.left_over()
    if n_left:
        return Finding(
            "partitions",
            Grade.WARNING,
            _("{n} reports lie in no day's partition.").format(n=n_left),
            _("Start a worker: it moves them and makes partitions for two weeks."),
        )
    return _good("partitions", _("Every partitioned table can be written to."))


def tables_without_partition() -> list[str]:
    """Partitioned tables (PostgreSQL) that have no partition at all."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid "
            "WHERE NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhparent = c.oid) ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def _size() -> Finding:
    from django.db import connection
    from django.db.models import Max

    from linli.registry.people import Person

    about = Person.objects.aggregate(top=Max("id"))["top"] or 0  # ids are given in order
    if connection.vendor == "sqlite" and about > BIG_CITY_PEOPLE:
        return Finding(
            "size",
            Grade.WARNING,
            _("SQLite holds about {n} people; one writer at a time will be felt.").format(n=about),
            _("Move to PostgreSQL: set LINLI_DATABASE_URL."),
        )
    return _good("size", _("The database fits about {n} people.").format(n=about))


def _city_clock() -> Finding:
    from django.conf import settings

    from linli.registry.dial import ClockDial

    row = ClockDial.objects.filter(id=1).first()
    if row is None:
        return _good("city clock", _("The city runs on the time of day."))
    shown = clock.now().isoformat()
    if settings.DEMO:
        return _good("city clock", _("The demo's clock shows {moment}.").format(moment=shown))
    return Finding(
        "city clock",
        Grade.WARNING,
        _("The city runs on a drill's clock, which shows {moment}.").format(moment=shown),
        _("When the drill is over, run: linli clock clear"),
    )


def _wall_clock() -> Finding:
    now = clock.moment(clock.wall_now())
    if now < BUILT_AFTER:
        return Finding(
            "clock",
            Grade.BROKEN,
            _("This machine thinks it is {moment}.").format(moment=now.isoformat()),
            _("Set its clock, and keep it right by NTP."),
        )
    return _good("clock", _("This machine's clock is plausible."))


def _calendar() -> Finding:
    """A year nobody entered is counted in ordinary weeks; that is never left unsaid."""
    from linli.loops import office

    unknown = office.unknown_years(clock.now_s())
    if unknown:
        years = ", ".join(str(year) for year in unknown)
        return Finding(
            "calendar",
            Grade.WARNING,
            _(office.ORDINARY_WEEKS).format(year=years),
            _("Enter its holidays under Limits, or run: linli calendar take days.csv"),
        )
    return _good("calendar", _("The holidays that clocks reach are entered."))


def _worker() -> Finding:
    from linli.plans import chores

    silent = chores.silent_for_s()
    if silent is None or silent > chores.HEARTBEAT_LASTS_S:
        found = (
            _("No worker has run yet: no clock moves, no message leaves.")
            if silent is None
            else _("The worker has been silent for {n} seconds.").format(n=silent)
        )
        return Finding(
            "worker", Grade.WARNING, found, _("Run: linli worker (or linli serve on SQLite)")
        )
    return _good("worker", _("The worker is alive."))


def _jobs() -> Finding:
    from linli.jobs.queue import Job, JobState

    stopped = Job.objects.filter(state=JobState.STOPPED).count()
    if stopped:
        return Finding(
            "jobs",
            Grade.WARNING,
            _("{n} jobs failed again and again and were stopped.").format(n=stopped),
            _("Read why on the page of jobs, mend it, and ask again."),
        )
    return _good("jobs", _("No job is stuck."))


def _administrator() -> Finding:
    from linli.cli.setup import has_administrator

    if not has_administrator():
        return Finding(
            "administrator",
            Grade.WARNING,
            _("Nobody administers this deployment."),
            _("Run: linli setup"),
        )
    return _good("administrator", _("Somebody administers this deployment."))


def _translations() -> Finding:
    compiled = files("linli").joinpath("locale", "zh_Hans", "LC_MESSAGES", "django.mo")
    if not compiled.is_file():
        return Finding(
            "translations",
            Grade.BROKEN,
            _("The Chinese texts are not compiled."),
            _("In a checkout, run: make messages"),
        )
    return _good("translations", _("The Chinese texts are there."))


def _scripts() -> Finding:
    vendor = files("linli").joinpath("web", "static", "vendor")
    if not (vendor.is_dir() and any(vendor.iterdir())):
        return Finding(
            "scripts",
            Grade.BROKEN,
            _("The scripts of the pages are not built."),
            _("In a checkout, run: make setup"),
        )
    return _good("scripts", _("The scripts of the pages are there."))
