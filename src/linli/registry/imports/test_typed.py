"""A list of what happened is read row by row, and a row that does not fit stops no other."""

import io
from datetime import date

import pytest
from pydantic import BaseModel

from linli.errors import BadInput
from linli.registry.imports import typed


class Seen(BaseModel):
    """A made-up row."""

    door: str
    on: date
    people: int = 1


def read(text: str) -> list[typed.Read[Seen]]:
    return list(typed.rows_of(io.BytesIO(text.encode()), Seen))


def test_rows_are_read_by_the_form_and_what_is_empty_is_left_to_it() -> None:
    first, second = read("Door,on,people\n4B,2020-02-09,3\n5A,2020-02-09,\n")

    assert first.row == Seen(door="4B", on=date(2020, 2, 9), people=3)
    assert (second.number, second.row) == (3, Seen(door="5A", on=date(2020, 2, 9)))


def test_a_row_that_does_not_fit_is_told_with_its_number_and_the_others_go_on() -> None:
    good, bad, last = read("door,on,people\n4B,2020-02-09,3\n5A,soon,many\n6C,2020-02-10,1\n")

    assert good.problem is None
    assert last.problem is None
    assert (bad.number, bad.row) == (3, None)
    assert bad.problem is not None
    assert bad.problem.tell() == (
        "This cannot be taken as it is: on has to be a date such as 2020-02-09, "
        "people has to be a whole number."
    )


@pytest.mark.parametrize(
    ("header", "named"), [("door,on,phone", "phone"), ("door,people", "lacks the columns on")]
)
def test_columns_that_do_not_fit_are_named_before_any_row_is_read(header: str, named: str) -> None:
    with pytest.raises(BadInput, match=named):
        read(f"{header}\n4B,2020-02-09,1\n")
