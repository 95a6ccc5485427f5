"""A list of people comes in: every row is counted once, and the same list twice changes nothing."""

import io
from datetime import date

import pytest

from linli.jobs.queue import Running
from linli.registry import imports, jobs  # noqa: F401 - jobs makes the kind of job known
from linli.registry.imports import running
from linli.registry.imports.results import ImportOutcome
from linli.registry.names import NamePart
from linli.registry.person import Person
from tests.cast import City

pytestmark = pytest.mark.db

HEAD = "人员编号,姓名,性别,出生日期,手机号,证件号码,户编号,需求,责任网格\n"
OAK1 = "橡树里社区/橡树里第一网格"
ROWS = [
    f"a1,王小明,男,1950-03-04,13900000001,,,wheelchair;lone_elder,{OAK1}",
    f",李丽丽,女,1980/1/2,13900000002,ID100002,,,{OAK1}",
    f",张伟,m,1990年5月6日,,,,,{OAK1}",
]


def come_in(
    city: City, text: str | bytes, *, kind: str = "people", dry_run: bool = False,
    mapping: dict[str, str] | None = None, batch: int = 2, by: str = "ida",
) -> imports.Result:  # fmt: skip
    """Import a text as Ida of the data office, two rows a batch."""
    data = text if isinstance(text, bytes) else text.encode()
    upload = imports.begin(city.actor(by), kind, io.BytesIO(data), "list.csv")
    job = imports.run(upload, mapping, dry_run)
    running.do(Running(job), batch=batch)
    return imports.result(job)


def counts(result: imports.Result) -> dict[str, int]:
    """The counters that are not zero, once they add up."""
    assert result.balances
    assert ImportOutcome.objects.filter(job_id=result.job.id).count() == result.n_rows
    return {name: n for name, n in result.counts.items() if n}


def reasons(result: imports.Result) -> list[str]:
    """What the result file says of each row."""
    return [line.strip().split(",", 3)[3] for line in list(imports.lines(result.job))[1:]]


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


def test_one_changed_cell_is_one_update_and_a_blank_cell_is_none(city: City) -> None:
    come_in(city, HEAD + "\n".join(ROWS))
    changed = [ROWS[0].replace("13900000001", ""), ROWS[1].replace("李丽丽", "李丽莉"), ROWS[2]]

    result = come_in(city, HEAD + "\n".join(changed))

    assert counts(result) == {"unchanged": 2, "queued": 1} or counts(result) == {
        "updated": 1, "unchanged": 2,
    }  # fmt: skip
