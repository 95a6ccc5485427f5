"""A list of people comes in: every row is counted once, and the same list twice changes nothing."""

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from linli import clock
from linli.errors import BadInput, NotAllowed
from linli.jobs import queue
from linli.jobs.queue import Job
from linli.policy.roles import Role
from linli.registry import imports, roster
from linli.registry.duplicates import Candidate
from linli.registry.households import Household
from linli.registry.imports import running, staging
from linli.registry.imports.staging import ImportRow
from linli.registry.names import NamePart
from linli.registry.person import Person
from tests.cast import EVENING, City
from tests.lists import come_in, counts, reasons, work_off

pytestmark = pytest.mark.db

HEAD = "人员编号,姓名,性别,出生日期,手机号,证件号码,户编号,需求,责任网格\n"
OAK1 = "橡树里社区/橡树里第一网格"
ROWS = [
    f"a1,王小明,男,1950-03-04,13900000001,,,wheelchair;lone_elder,{OAK1}",
    f",李丽丽,女,1980/1/2,13900000002,ID100002,,,{OAK1}",
    f",张伟,m,1990年5月6日,,,,,{OAK1}",
]


def test_people_come_in_with_their_names_to_be_found_by(city: City) -> None:
    result = come_in(city, HEAD + "\n".join(ROWS))

    assert counts(result) == {"created": 3}
    wang = Person.objects.get(code="a1")
    assert (wang.name, wang.pinyin, wang.sex) == ("王小明", "wang xiao ming", "m")
    assert (wang.birth_date, wang.needs) == (date(1950, 3, 4), ["lone_elder", "wheelchair"])
    assert wang.path == city.areas["oak1"].path
    assert set(NamePart.objects.filter(person_id=wang.id).values_list("text", flat=True)) == {
        "王小明", "小明", "明", "wangxiaoming", "xiaoming", "ming", "#lone_elder", "#wheelchair",
    }  # fmt: skip


def test_the_same_file_twice_changes_nothing(city: City) -> None:
    come_in(city, HEAD + "\n".join(ROWS))
    before = list(Person.objects.order_by("id").values())

    result = come_in(city, HEAD + "\n".join(ROWS))

    assert counts(result) == {"unchanged": 3}
    assert list(Person.objects.order_by("id").values()) == before


def test_one_changed_cell_is_one_update_and_a_blank_cell_changes_nothing(city: City) -> None:
    come_in(city, HEAD + "\n".join(ROWS))
    changed = [ROWS[0].replace("13900000001", ""), ROWS[1].replace("李丽丽", "李丽莉"), ROWS[2]]

    result = come_in(city, HEAD + "\n".join(changed))

    assert counts(result) == {"unchanged": 2, "updated": 1}
    assert (
        Person.objects.filter(document="ID100002").values_list("name", flat=True).get() == "李丽莉"
    )
    assert Person.objects.get(code="a1").phone == "13900000001"


def test_a_renamed_person_is_found_by_the_new_name_only(city: City) -> None:
    come_in(city, HEAD + ROWS[0])

    result = come_in(city, HEAD + ROWS[0].replace("王小明", "王大明"))

    assert counts(result) == {"updated": 1}
    wang = Person.objects.get(code="a1")
    assert wang.pinyin == "wang da ming"
    parts = set(NamePart.objects.values_list("text", flat=True))
    assert "大明" in parts
    assert not parts & {"小明", "王小明", "xiaoming"}


def test_a_dry_run_counts_the_same_and_writes_nothing(city: City) -> None:
    twice = HEAD + "\n".join([*ROWS, ROWS[1], ROWS[0].replace("13900000001", "13900000009"), ",,,"])

    dry = counts(come_in(city, twice, dry_run=True))
    assert Person.objects.count() == NamePart.objects.count() == Candidate.objects.count() == 0
    real = counts(come_in(city, twice))

    assert dry == real == {"created": 3, "unchanged": 1, "updated": 1}


def test_what_cannot_be_read_is_refused_row_by_row_with_a_sentence(city: City) -> None:
    rows = [
        f"b1,王一,男,1950-13-04,1,,,,{OAK1}",
        f"b2,•••,男,,13900000002,,,,{OAK1}",
        "b3,王三,男,,13900000003,,,,没有的社区",
        f"b4,王四,,,,,H404,,{OAK1}",
        f",王五,,,,,,,{OAK1}",
        "b6,王六,,,,,,,",
        f"b7,王七,不详,,,,,,{OAK1}",
        f"b8,,女,,,,,,{OAK1}",
        f"b9,王九,,2150-01-01,,,,,{OAK1}",
    ]

    result = come_in(city, HEAD + "\n".join(rows))

    assert counts(result) == {"refused": 9}
    assert Person.objects.count() == 0
    said = reasons(result)
    for sentence, expected in zip(said, [
        "1950-13-04 is no day", "came back masked", "There is no area 没有的社区",
        "There is no household H404", "A name alone does not tell who this is",
        "Say which area answers", "不详 is none of: f, m", "姓名", "lies in the future",
    ], strict=True):  # fmt: skip
        assert expected in sentence
    assert "1 is no telephone number" in said[0]  # every reason at once


def test_a_doubtful_duplicate_comes_in_and_waits_in_the_queue(city: City) -> None:
    come_in(city, HEAD + f",李丽丽,女,1980-01-02,13900000002,,,,{OAK1}")

    far = ",李丽丽,女,1980-01-02,13800000000,,,,白蜡路社区\n"
    result = come_in(city, HEAD + far)
    again = come_in(city, HEAD + far)

    assert counts(result) == {"queued": 1}
    assert counts(again) == {"unchanged": 1}
    pair = Candidate.objects.get()
    assert (pair.score, pair.evidence) == (0.6, ["name", "birth_date"])


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (",王小明,,,13900000001,,,,", "unchanged"),  # phone and name
        (",王小明,,1950-03-04,,,,,", "unchanged"),  # name and birth, same household
        (",Xiaoming Wang,,1950-03-04,,,H1,,", "updated"),  # pinyin in either order, and birth
        (",Wang Xiao Ming,,,,,H1,,", "queued"),  # pinyin in either order alone
        (",王小明,,1951-03-04,13900000001,,,,", "queued"),  # contradicted by birth
        (",王小名,,1950-03-04,,,H1,,", "queued"),  # written otherwise, read the same
        (",王大明,,1950-03-04,,,H1,,", "created"),
    ],
)
def test_who_a_row_is_about(city: City, row: str, outcome: str) -> None:
    house = city.areas["house1"]
    Household.objects.create(
        code="H1", area=city.areas["oak1"], path=city.areas["oak1"].path, home=house, door="301",
        source="test", as_of=date(2020, 1, 1), changed_at=EVENING,
    )  # fmt: skip
    come_in(city, HEAD + "a1,王小明,男,1950-03-04,13900000001,,H1,,")

    result = come_in(city, HEAD + row + OAK1)

    assert counts(result) == {outcome: 1}


def test_a_mapping_is_remembered_for_the_next_file_with_this_header(city: City) -> None:
    text = f"甲,乙,丙\n王小明,13900000001,{OAK1}"
    mapping = {"甲": "name", "乙": "phone", "丙": "area"}
    assert counts(come_in(city, text, mapping=mapping)) == {"created": 1}

    upload = imports.begin(city.actor("ida"), "people", io.BytesIO(text.encode()), "b.csv")

    seen = imports.preview(upload)
    assert seen.remembered
    assert seen.mapping == mapping
    assert seen.rows[0][0] == "王小明"


def test_a_header_that_means_nothing_is_told_at_once(city: City) -> None:
    upload = imports.begin(city.actor("ida"), "people", io.BytesIO("甲,乙\n1,2".encode()), "b.csv")

    with pytest.raises(BadInput, match="None of the columns 甲, 乙 is known"):
        imports.run(upload)


def test_a_run_that_broke_off_goes_on_where_it_was(city: City, monkeypatch: Any) -> None:
    text = HEAD + "\n".join(f"c{n},王{n}号,,,1390000{n:04d},,,,{OAK1}" for n in range(10))
    upload = imports.begin(city.actor("ida"), "people", io.BytesIO(text.encode()), "list.csv")
    job = imports.run(upload)
    real = running.results.keep
    batches: list[int] = []

    def keep(job_id: int, rows: list[Any]) -> None:
        batches.append(len(rows))
        real(job_id, rows)
        if len(batches) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(running.results, "keep", keep)
    with pytest.raises(KeyboardInterrupt):
        work_off(job)
    assert Person.objects.count() == 4
    Job.objects.update(lease_until=0)  # as it is a minute after the worker died
    work_off(job)

    assert counts(imports.result(job)) == {"created": 10}
    assert Person.objects.count() == 10
    assert not ImportRow.objects.exists()


def test_a_record_that_the_database_refuses_does_not_take_its_batch_along(
    city: City, monkeypatch: Any
) -> None:
    rows = [f"d{n},王{n}号,,,1390000{n:04d},,,,{OAK1}" for n in range(5)]
    come_in(city, HEAD + rows[2])
    kind = running.kinds.get("people")
    monkeypatch.setattr(
        running.kinds, "get", lambda name: replace(kind, fetch=lambda rows, world: [])
    )

    result = come_in(city, HEAD + "\n".join(rows), batch=5)

    assert counts(result) == {"created": 4, "refused": 1}
    assert "contradicts another one" in reasons(result)[2]


def test_eve_may_not_import_and_nobody_writes_outside_their_area(city: City) -> None:
    with pytest.raises(NotAllowed):
        come_in(city, HEAD + ROWS[0], by="eve")
    west = roster.Post.objects.create(
        role=Role.DATA_OFFICE, area=city.areas["west"], path=city.areas["west"].path
    )
    roster.appoint(west, city.accounts["eve"], starts_at=clock.moment(EVENING - 3600))

    result = come_in(city, HEAD + ROWS[0], by="eve")

    assert counts(result) == {"refused": 1}
    assert "outside yours" in reasons(result)[0]


def test_the_worker_does_what_was_asked_and_another_account_does_not_see_it(city: City) -> None:
    upload = imports.begin(
        city.actor("ida"), "people", io.BytesIO((HEAD + ROWS[0]).encode()), "list.csv"
    )
    job = imports.run(upload, actor=city.actor("ida"))

    assert queue.run_next()

    job.refresh_from_db()
    assert (job.state, job.problem) == ("done", "")
    assert imports.job_of(city.actor("ida"), job.id).id == job.id
    with pytest.raises(NotAllowed):
        imports.job_of(city.actor("eve"), job.id)


def test_rows_that_nobody_takes_in_go_after_a_while_and_those_under_way_stay(city: City) -> None:
    uploads = [
        imports.begin(city.actor("ida"), "people", io.BytesIO((HEAD + row).encode()), "list.csv")
        for row in ROWS[:2]
    ]
    tried = imports.run(uploads[0], dry_run=True)
    imports.run(uploads[1])
    queue.run_this(tried.id)
    late = clock.now_s() + (staging.STAGED_DAYS + 1) * staging.DAY_S

    assert staging.forget(late - 2 * staging.DAY_S) == 0
    assert staging.forget(late) == 1
    assert {row.upload_id for row in ImportRow.objects.all()} == {uploads[1].id}
    assert imports.result(tried).counts["created"] == 1
    with pytest.raises(staging.RowsGone, match=r"list\.csv are not here any more"):
        imports.run(uploads[0])
