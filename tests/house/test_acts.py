"""Has everything that the audit writes down a sentence, in English and in Chinese?"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from linli.audit import words
from linli.audit.records import Record
from linli.audit.words import ACTS, KINDS
from linli.loops import catalogue
from linli.loops.collected import all_collected
from linli.registry.imports import kinds as lists
from linli.registry.kinds import KINDS as RECORDS
from linli.registry.roster import Assignment
from tests.callers import Caller, still
from tests.cast import City

SOURCE = Path(words.__file__).resolve().parent.parent
WRITERS = {"record": (1, 2), "record_many": (1, 2), "_note": (1, 1), "audit": (1, 1)}


def literals(node: ast.expr) -> Iterator[str]:
    """The words an argument may be: one, or one of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def written(argument: int) -> dict[str, str]:
    """The words that stand at a place (0: the act, 1: the kind) of every call that writes."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name.startswith("test_"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            places = WRITERS.get(name)
            if places and len(node.args) > max(places):
                found |= dict.fromkeys(literals(node.args[places[argument]]), path.name)
    return found


def test_every_act_that_is_written_down_has_words():
    acts = written(0)

    assert {act: where for act, where in acts.items() if act not in ACTS} == {}
    assert {"see", "sign", "break_glass", "import.run", "second_factor"} <= set(acts)


def test_every_kind_that_an_act_is_done_to_has_words():
    named = {word for word in written(1) if word not in ACTS}
    tables = {kind.model._meta.model_name for kind in RECORDS.values()}
    kept = {one.name for one in all_collected()} | {kind.name for kind in lists.every().values()}
    loops = set(catalogue.all_loops())

    assert (named | tables | kept | set(RECORDS)) - set(KINDS) - loops == set()


def test_every_word_of_the_audit_is_said_in_chinese():
    with translation.override("zh-hans"):
        same = [w for w in {**ACTS, **KINDS}.values() if translation.gettext(w) == w]

    assert same == []


def test_an_act_reads_as_a_sentence_with_ids_and_no_name():
    row = Record(actor_id=7, role="secretary", purpose="service", act="see", kind="people",
                 subject="12")  # fmt: skip
    machine = Record(actor_id=None, role="system", act="expire", kind="mode", subject="3")

    assert words.sentence(row) == (
        "community secretary, account 7, looked at: person 12 – for: answering a request"
    )
    with translation.override("zh-hans"):
        told = words.sentence(row, translation.gettext)
        ended = words.sentence(machine, translation.gettext)
    assert told == "社区书记（账户 7）查看：人员 12，用途：办理诉求"
    assert "3" in ended


@pytest.mark.db
def test_the_audit_tells_each_act_in_the_callers_language(city: City, settings) -> None:
    settings.SECOND_FACTOR = False
    still()
    end = f"/api/roster/appointments/{Assignment.objects.get(account=city.accounts['bo']).id}/end"
    assert Caller(city, "sam").post(end, {}).status_code == 200
    kim = Caller(city, "kim", "zh-hans")

    rows = kim.get("/api/audit").json()["rows"]

    assert any("解除任职：任职" in row["sentence"] for row in rows), rows
