"""What follows from the evidence depends on the day and the region; a wrong file is refused."""

from datetime import date
from itertools import pairwise

import pytest

from linli.loops import needs
from linli.loops.cases import definitions
from linli.loops.cases.definitions import WrongDefinition, judge, read
from linli.loops.cases.forms import Category

CLINICAL = {"fever", "blood_count", "imaging"}  # ill with pneumonia, never tested
HUBEI, GUANGDONG = "42", "44"
ILL = {"fever_38", "cough", "onset_10_days"}


@pytest.mark.parametrize(
    ("on", "region", "category", "basis"),
    [
        (date(2020, 1, 20), HUBEI, None, ""),
        (date(2020, 2, 11), HUBEI, Category.SUSPECTED, ""),
        (date(2020, 2, 12), HUBEI, Category.CONFIRMED, "clinical"),
        (date(2020, 2, 18), HUBEI, Category.CONFIRMED, "clinical"),
        (date(2020, 2, 19), HUBEI, Category.SUSPECTED, ""),
        (date(2020, 2, 12), GUANGDONG, Category.SUSPECTED, ""),
    ],
)
def test_a_clinical_diagnosis_confirms_in_hubei_from_12_to_18_february_only(
    on: date, region: str, category: Category | None, basis: str
) -> None:
    verdict = judge("covid19", CLINICAL, on, region=region)

    assert (verdict.category, verdict.basis) == (category, basis)


@pytest.mark.parametrize("day", [date(2020, 1, 25), date(2020, 2, 14), date(2020, 3, 10)])
def test_a_positive_nucleic_acid_confirms_on_every_day_since_the_third_edition(day: date) -> None:
    verdict = judge("covid19", {"pcr_positive"}, day, region=HUBEI)

    assert (verdict.category, verdict.basis) == (Category.CONFIRMED, "laboratory")


def test_antibodies_confirm_from_the_seventh_edition_on() -> None:
    found = {"igm_igg_positive"}

    assert judge("covid19", found, date(2020, 3, 2)).category is None
    assert judge("covid19", found, date(2020, 3, 3)).category is Category.CONFIRMED


def test_what_is_missing_is_told_rule_by_rule() -> None:
    verdict = judge("covid19", {"exposure", "fever"}, date(2020, 1, 30))

    suspected = next(w for w in verdict.weighed if w.rule.category is Category.SUSPECTED)
    assert [need.of for need in suspected.met] == [("exposure",)]
    assert [(n.least, n.of) for n in suspected.missing] == [
        (2, ("fever", "imaging", "blood_count"))
    ]


def test_two_other_diseases_stand_on_the_same_rules() -> None:
    on = date(2020, 2, 9)

    assert judge("ili", ILL, on).category is Category.SUSPECTED
    assert judge("ili", ILL | {"antigen_positive"}, on).category is Category.CONFIRMED
    assert judge("ili", {"cough"}, on).category is None
    assert judge("measles", {"fever", "rash"}, on).category is Category.SUSPECTED
    assert judge("measles", {"fever", "rash", "linked"}, on).basis == "link"


def test_a_day_before_the_first_edition_says_nothing() -> None:
    verdict = judge("covid19", {"pcr_positive"}, date(2019, 12, 31))

    assert (verdict.edition, verdict.category, verdict.weighed) == (None, None, ())


def test_every_edition_of_every_file_names_its_source_and_covers_its_days_without_a_gap() -> None:
    for one in definitions.diseases().values():
        everywhere = sorted((e for e in one.editions if not e.region), key=lambda e: e.starts)
        for first, second in pairwise(everywhere):
            assert first.until is not None
            assert (second.starts - first.until).days == 1
        assert everywhere[-1].until is None
        assert all(e.source for e in one.editions)


GOOD = """disease = "x"
name = { en = "x", zh = "x" }
[criteria]
fever = { en = "fever", zh = "发热" }
[[edition]]
name = "First"
from = 2020-01-01
source = "ours"
[[edition.rule]]
category = "suspected"
needs = ["fever"]
"""
LATER = GOOD.split("[[edition]]")[1].replace("First", "Second")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (GOOD.replace('"fever"]', '"cough"]'), 11, "cough is not among the criteria"),
        (GOOD.replace('"fever"]', '"least 2 of fever"]'), 11, "2 of 1 criteria"),
        (GOOD.replace('"suspected"', '"perhaps"'), 10, "perhaps is no category"),
        (GOOD.replace("2020-01-01", '"soon"'), 6, "from has to be a day"),
        (GOOD.replace(', zh = "发热"', ""), 4, "fever needs a name"),
        (GOOD.replace('source = "ours"\n', ""), 6, "source is missing"),
        (GOOD.replace("needs =", "needs"), 11, "cannot be read"),
        (GOOD + "[[edition]]" + LATER, 13, "same days as First"),
    ],
    ids=["criterion", "least", "category", "day", "name", "source", "toml", "overlap"],
)
def test_a_wrong_file_is_refused_with_its_line_and_the_reason(
    text: str, line: int, reason: str
) -> None:
    assert read(GOOD, "good.toml").code == "x"

    with pytest.raises(WrongDefinition) as refused:
        read(text, "wrong.toml")

    assert f"wrong.toml, line {line}:" in str(refused.value)
    assert reason in str(refused.value)


def test_every_kind_of_place_a_file_may_name_is_one_that_placements_know() -> None:
    assert set(needs.Need) | {needs.NO_PLACE} == definitions.PLACES


def test_a_disease_says_which_place_each_category_requires_and_others_go_by_the_usual() -> None:
    assert needs.required("covid19", "suspected") == needs.Need.WARD
    assert needs.required("measles", "confirmed") == needs.Need.ISOLATION
    assert needs.required("ili", "confirmed") is None
    assert needs.required("nipah", "confirmed") == needs.Need.TREATMENT
    assert needs.required("ili", "suspected", "severe") == needs.Need.TREATMENT
    assert needs.required("covid19", "suspected", "severe") == needs.Need.WARD


@pytest.mark.parametrize("line", ['confirmed = "hotel"', 'perhaps = "ward"'])
def test_a_place_nobody_knows_is_told_with_its_line(line: str) -> None:
    text = (definitions.FOLDER / "ili.toml").read_text("utf-8")
    at = text.index("confirmed = ")

    with pytest.raises(WrongDefinition, match="no place of that kind"):
        definitions.read(text[:at] + line + text[text.index("\n", at) :], "x.toml")
