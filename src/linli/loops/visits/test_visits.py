"""Visits come in by every door, each once, and only for those who may know of them."""

from dataclasses import replace
from io import BytesIO
from uuid import UUID, uuid4

import pytest

from linli.audit.records import Record
from linli.errors import BadInput, NotAllowed, NotFound, PurposeNeeded
from linli.loops import catalogue
from linli.loops.advance import Opening, open_item
from linli.loops.visits import files, find, intake
from linli.loops.visits.intake import NewVisit, place_of
from linli.loops.visits.tables import Visit
from linli.registry.person import Person
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
TITLES = "人员编号,地点,地点类型,区域,开始时间,结束时间,车厢,排,座位"


@pytest.fixture
def ren(city: City) -> Person:
    """Somebody of Oak Lane."""
    return person(city, "R1")


def person(city: City, code: str, area: str = "oak1") -> Person:
    """Somebody in the registry."""
    return Person.objects.create(
        code=code, name=code, area=city.areas[area], path=city.areas[area].path, source="test",
        as_of="2020-02-01", changed_at=EVENING,
    )  # fmt: skip


def visit(who: int, **more) -> NewVisit:
    """Two hours in a restaurant this morning."""
    usual = {"place_kind": "restaurant", "from_at": EVENING - 8 * HOUR,
             "until_at": EVENING - 6 * HOUR, "person_id": who, "name": "渔家"}  # fmt: skip
    return NewVisit(**(usual | more))


def tracing(city: City, name: str = "tao"):
    """A tracer at work."""
    return city.scene(name, purpose="investigation")


def test_the_same_visit_twice_is_one_row_and_everything_sent_is_counted(city, ren) -> None:
    rows = [visit(ren.id), visit(ren.id), visit(ren.id, name="茶馆"), visit(999)]

    first = intake.take_in(rows, tracing(city))
    second = intake.take_in(rows, tracing(city))

    assert (first.n_new, first.n_again, len(first.refused)) == (2, 1, 1)
    assert (second.n_new, second.n_again, len(second.refused)) == (0, 3, 1)
    assert Visit.objects.count() == 2
    assert first.refused[0].index == 3


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"until_at": EVENING - 9 * HOUR}, "ends before it begins"),
        ({"from_at": EVENING + 1, "until_at": EVENING + 2}, "future"),
        ({"until_at": EVENING + 70 * 24 * HOUR}, "two months"),
        ({"place_kind": "moon"}, "is no place_kind"),
        ({"source": "gossip"}, "is no source"),
        ({"name": ""}, "Say where it was"),
        ({"row": 3}, "Only in a vehicle"),
        ({"place_kind": "train", "row": 999}, "no such seat"),
        ({"place_kind": "train", "row": 0}, "no such seat"),
        ({"place_kind": "train", "carriage": 0}, "no such seat"),
        ({"area_id": 999}, "no area 999"),
        ({"site_id": 999}, "no site 999"),
        ({"case_id": 999}, "no case 999"),
    ],
)
def test_a_visit_that_cannot_be_is_refused_in_one_sentence(city, ren, more, sentence) -> None:
    done = intake.take_in([visit(ren.id, **more), visit(ren.id)], tracing(city))

    assert done.n_new == 1
    assert sentence in done.refused[0].problem.tell()


def test_an_uid_that_is_another_visits_is_refused_and_not_counted_as_known(city, ren) -> None:
    mine = visit(ren.id, uid=uuid4())
    far = person(city, "R9", "ash1")
    theirs = visit(far.id, uid=uuid4())
    intake.take_in([mine], tracing(city))
    intake.take_in([theirs], tracing(city, "eve"))

    done = intake.take_in(
        [mine, visit(ren.id, uid=theirs.uid), visit(ren.id, uid=mine.uid, name="茶馆")],
        tracing(city),
    )

    assert (done.n_new, done.n_again) == (0, 1)
    assert [(one.index, one.problem.code) for one in done.refused] == [(1, "taken"), (2, "taken")]


def test_a_drill_and_a_list_with_one_uid_twice_lose_nothing(city, ren) -> None:
    mine = visit(ren.id, uid=uuid4())
    scene = tracing(city)
    drill = replace(scene, actor=replace(scene.actor, exercise=True))
    intake.take_in([mine], scene)

    drilled = intake.take_in([mine], drill)
    doubled = intake.take_in([visit(ren.id, name=n, uid=UUID(int=7)) for n in ("a", "b")], scene)

    assert [one.problem.code for one in drilled.refused] == ["taken"]
    assert (doubled.n_new, [one.index for one in doubled.refused]) == (1, [1])


def test_a_case_of_another_district_told_of_no_visit_here(city, ren) -> None:
    far = person(city, "R9", "ash1")
    opening = Opening(
        far.area_id, "confirmed", {"person_id": far.id, "source": "clinic"}, kind="covid19",
        subject_kind="person", subject_id=far.id,
    )  # fmt: skip
    case = open_item(catalogue.get("case"), opening, tracing(city, "gil")).item_id

    done = intake.take_in([visit(ren.id, case_id=case)], tracing(city))

    assert "no case" in done.refused[0].problem.tell()
    assert intake.take_in([visit(ren.id, case_id=case)], tracing(city, "gil")).n_new == 1


def test_two_runs_of_one_train_are_two_places_and_one_run_is_one() -> None:
    run = {"place_kind": "train", "name": "G1021"}

    assert place_of(visit(1, **run)) == place_of(visit(2, **run, row=3, seat="F"))
    tomorrow = {"from_at": EVENING + 24 * HOUR, "until_at": EVENING + 26 * HOUR}
    assert place_of(visit(1, **run)) != place_of(visit(1, **run, **tomorrow))


def test_everybodys_home_is_their_own_and_shared_with_the_household(city, ren) -> None:
    home = {"place_kind": "private", "name": "家"}
    other = person(city, "R2")

    intake.take_in([visit(ren.id, **home), visit(other.id, **home)], tracing(city))

    assert len(set(Visit.objects.values_list("place", flat=True))) == 2


def test_a_restaurant_of_one_name_in_two_areas_is_two_places() -> None:
    assert place_of(visit(1, area_id=1)) != place_of(visit(1, area_id=2))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_file_comes_in_once_in_every_format(city: City, ren: Person, kind: str) -> None:
    rows = [
        ["R1", "渔家", "餐馆", "橡树里社区", "2020-02-08 12:00", "2020-02-08 13:30", "", "", ""],
        ["R1", "G1021", "train", "", "2020-02-07 08时", "", "5", "12", "F"],
        ["R1", "家", "private", "", "2020-02-06", "", "", "", ""],
        ["R9", "渔家", "餐馆", "", "2020-02-08 12:00", "", "", "", ""],
        ["R1", "渔家", "餐馆", "", "yesterday", "", "", "", ""],
    ]

    first = files.take_in(a_file(kind, rows), tracing(city))
    second = files.take_in(a_file(kind, rows), tracing(city))

    assert (first.n_new, first.n_again, len(first.refused)) == (3, 0, 2)
    assert (second.n_new, second.n_again) == (0, 3)
    home = Visit.objects.get(name="家")
    assert (home.precision, int((home.until_at - home.from_at).total_seconds())) == ("day", 86_399)
    train = Visit.objects.get(name="G1021")
    assert (train.carriage, train.row, train.seat, train.precision) == (5, 12, "F", "hour")


def a_file(kind: str, rows: list[list[str]]) -> BytesIO:
    """The same table as a file of one kind."""
    titles = TITLES.split(",")
    if kind == "csv":
        return BytesIO("\n".join([TITLES, *(",".join(row) for row in rows)]).encode())
    if kind == "xlsx":
        from openpyxl import Workbook

        book = Workbook()
        for row in [titles, *rows]:
            book.active.append(row)
        out = BytesIO()
        book.save(out)
        out.seek(0)
        return out
    import tempfile
    from pathlib import Path

    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as made:
        columns = ", ".join(f'"{title}" VARCHAR' for title in titles)
        made.execute(f"CREATE TABLE t ({columns})")
        made.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(titles))})", rows)
        path = Path(folder) / "v.parquet"
        made.execute(f"COPY t TO '{path}' (FORMAT parquet)")
        return BytesIO(path.read_bytes())


def test_a_file_without_the_needed_columns_is_told_which(city: City) -> None:
    with pytest.raises(BadInput, match="place_kind, from"):
        files.take_in(BytesIO(b"person,x\nR1,2"), tracing(city))


def test_a_broken_parquet_is_one_sentence(city: City) -> None:
    with pytest.raises(BadInput, match="Parquet"):
        files.take_in(BytesIO(b"PAR1nothing of the kind"), tracing(city))


def test_a_look_at_visits_is_recorded_under_the_person(city: City, ren: Person) -> None:
    intake.take_in([visit(ren.id)], tracing(city))

    stays = find.of_person(ren.id, tracing(city))

    assert [row.name for row in stays.rows] == ["渔家"]
    seen = Record.objects.get(act="see_visits")
    assert (seen.kind, seen.subject, seen.purpose) == ("people", str(ren.id), "investigation")


@pytest.mark.parametrize("name", ["eve", "gus", "quin", "ann", "cy", "pat", "lil", "jo", "kim"])
def test_whoever_does_not_trace_here_sees_and_writes_nothing(city, ren, name: str) -> None:
    scene = city.scene(name, purpose="investigation")

    with pytest.raises((NotAllowed, NotFound, PurposeNeeded)):
        find.of_person(ren.id, scene)
    try:
        done = intake.take_in([visit(ren.id)], scene)
    except (NotAllowed, PurposeNeeded):
        done = None
    assert done is None or done.n_new == 0
    assert not Visit.objects.exists()


def test_a_tracer_without_a_purpose_is_asked_for_one(city: City, ren: Person) -> None:
    with pytest.raises(PurposeNeeded):
        find.of_person(ren.id, city.scene("tao", purpose=""))


def test_visits_follow_a_person_through_a_merge_and_back(city: City, ren: Person) -> None:
    from linli.registry import merges

    other = person(city, "R2")
    intake.take_in([visit(other.id)], tracing(city))

    merge = merges.merge(city.actor("ida"), other.id, ren.id, now=EVENING)
    assert Visit.objects.get().person_id == ren.id
    merges.undo(city.actor("ida"), merge.id, now=EVENING)
    assert Visit.objects.get().person_id == other.id
