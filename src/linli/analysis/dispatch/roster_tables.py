"""How are posts, workers and rosters written down? CSV in, with a sentence for a bad cell."""

from linli.analysis.dispatch.rosters import Case, Duty, Need, Rules, Shift, Worker
from linli.analysis.dispatch.tables import Row, read_rows
from linli.errors import N_


def read_case(
    needs: str, workers: str, *, days: int, households: int = 0, rules: Rules | None = None
) -> Case:
    """What a community needs and who is there, from two CSV texts."""
    posts = read_rows(needs, table="posts", needed=("post", "shift", "begins", "hours", "n"),
                      known=("skill",))  # fmt: skip
    shifts: dict[str, Shift] = {}
    for row in posts:
        shift = Shift(row.text("shift"), row.whole("begins"), row.whole("hours", least=1))
        known = shifts.setdefault(shift.name, shift)
        if known != shift:
            raise row.wrong("begins", N_("shift {name} has other hours on another line. Give it "
                                         "another name."), name=shift.name)  # fmt: skip
    people = read_rows(workers, table="workers", needed=("id",), known=("skills", "off"))
    return Case(
        days=days,
        shifts=tuple(shifts.values()),
        needs=tuple(
            Need(row.text("post"), row.text("shift"), row.whole("n", least=1),
                 row.text("skill", default="")) for row in posts
        ),
        workers=tuple(
            Worker(row.text("id"), frozenset(_parts(row, "skills")), _days(row)) for row in people
        ),
        rules=rules or Rules(),
        households=households,
    )  # fmt: skip


def read_duties(text: str) -> tuple[Duty, ...]:
    """An earlier roster: a line a duty, days counted from 1."""
    rows = read_rows(text, table="roster", needed=("day", "post", "shift", "worker"), known=())
    return tuple(
        Duty(row.whole("day", least=1) - 1, row.text("post"), row.text("shift"),
             row.text("worker")) for row in rows
    )  # fmt: skip


def _days(row: Row) -> frozenset[int]:
    parts = [Row(row.table, row.line, {"off": part}) for part in _parts(row, "off")]
    return frozenset(part.whole("off", least=1) - 1 for part in parts)


def _parts(row: Row, column: str) -> list[str]:
    return [p.strip() for p in row.text(column, default="").split(";") if p.strip()]
