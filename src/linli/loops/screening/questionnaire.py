"""What is asked about an exception? An XLSForm that a city changes, kept in versions.

Whoever is well is one tap and answers nothing. The form is read and checked by pyxform; of what
XLSForm can say we take single questions and choices, and refuse the rest with its name, so that
nothing a city wrote is dropped in silence. Three names have a meaning of their own:
``temperature_c`` and ``symptoms`` make a fever, ``needs`` go to the person's record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from django.db import transaction
from django.db.models import Max

from linli import clock
from linli.audit.records import record
from linli.errors import N_, BadInput, NotFound, Word
from linli.loops.screening.tables import Questionnaire
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry import areas

EDIT = "questionnaire.edit"
FEVER_FROM_C = 37.3  # China, diagnosis and treatment protocol, 5th edition (5 February 2020)
COLDEST_C, HOTTEST_C = 30.0, 45.0  # what a thermometer for people shows
MOST_BYTES = 2 * 2**20
MOST_QUESTIONS = 20  # of an exception at a door; assumed
MOST_CHARACTERS = 500
KINDS = {
    "text": "text",
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
    "select one": "select_one",
    "select all that apply": "select_multiple",
}
CHINESE, ENGLISH = "zh", "en"


class BadQuestionnaire(BadInput):
    """A file is no XLSForm, or asks in a way the rounds cannot."""

    code = "bad_questionnaire"


class BadScreeningAnswer(BadInput):
    """An answer is not one that the question takes."""

    code = "bad_screening_answer"
    sentence = N_("The answer to {question} cannot be taken: {given}. It is asked as {kind}.")


@dataclass(frozen=True)
class Question:
    """One question: its name, its kind, its words in both languages, and its choices."""

    name: str
    kind: str
    label: Mapping[str, str]
    hint: Mapping[str, str]
    required: bool = False
    choices: tuple[tuple[str, Mapping[str, str]], ...] = ()


@dataclass(frozen=True)
class Form:
    """The questions of one version."""

    version: int
    title: str
    questions: tuple[Question, ...]

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The answers as they are kept; raises BadScreeningAnswer for one that cannot be."""
        known = {question.name: question for question in self.questions}
        for name in given:
            if name not in known:
                raise BadScreeningAnswer(question=str(name)[:60], given="-", kind="-")
        kept = {}
        for name, question in known.items():
            answer = given.get(name)
            if answer in (None, "", []):
                if question.required:
                    raise BadScreeningAnswer(question=name, given="-", kind=question.kind)
                continue
            kept[name] = _taken(question, answer)
        return kept


def in_force() -> Form:
    """The newest version a city signed, or the one that is shipped as version 0."""
    newest = Questionnaire.objects.aggregate(top=Max("version"))["top"]
    return shipped() if newest is None else _signed(newest)


def is_fever(answers: Mapping[str, Any]) -> bool:
    """Whether these answers are a fever that somebody has to see."""
    return float(answers.get("temperature_c", 0)) >= FEVER_FROM_C or "fever" in answers.get(
        "symptoms", ()
    )


def versions() -> list[Questionnaire]:
    """Every version a city signed, the newest first, without its file."""
    return list(Questionnaire.objects.defer("file", "questions").order_by("-version"))


def as_xlsx(version: int) -> bytes:
    """The file of a version, to be changed and uploaded again; version 0 is written anew."""
    if version == 0:
        return _shipped_as_xlsx()
    found = Questionnaire.objects.filter(version=version).first()
    if found is None:
        raise NotFound(what=Word(N_("questionnaire")), value=version)
    return bytes(found.file)


@transaction.atomic
def sign(actor: Actor, data: bytes, *, now: int) -> Form:
    """Put a form into force from now on; raises NotAllowed, BadQuestionnaire. It is recorded."""
    holding = can(actor, Ask(EDIT, roles_for(EDIT), areas.whole_city())).required()
    title, questions = read(data)
    version = (Questionnaire.objects.aggregate(top=Max("version"))["top"] or 0) + 1
    Questionnaire.objects.create(
        version=version,
        title=title,
        questions=[_plain(question) for question in questions],
        file=data,
        signed_at=clock.moment(now),
        account_id=actor.id,
    )
    record(actor, "sign", "questionnaire", version, holding=holding)
    return Form(version, title, tuple(questions))


def read(data: bytes) -> tuple[str, list[Question]]:
    """The title and questions of an XLSForm; raises BadQuestionnaire with one sentence."""
    if len(data) > MOST_BYTES:
        raise BadQuestionnaire(
            N_("The form has {size} KB; at most {most} KB can be read."),
            size=len(data) >> 10,
            most=MOST_BYTES >> 10,
        )
    return _read(BytesIO(data), ".xlsx")


@lru_cache(maxsize=1)
def shipped() -> Form:
    """The form Linli comes with."""
    return Form(0, *_tupled(_read(_shipped_text(), ".md")))


def _tupled(found: tuple[str, list[Question]]) -> tuple[str, tuple[Question, ...]]:
    return found[0], tuple(found[1])


def _shipped_text() -> str:
    return files("linli.loops.screening").joinpath("shipped.md").read_text("utf-8")


@lru_cache(maxsize=8)
def _signed(version: int) -> Form:
    row = Questionnaire.objects.get(version=version)
    return Form(version, row.title, tuple(_question(**plain) for plain in row.questions))


def _read(source: Any, kind: str) -> tuple[str, list[Question]]:
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    try:
        survey = convert(xlsform=source, file_type=kind)._pyxform
    except (PyXFormError, KeyError, ValueError, OSError, TypeError, AttributeError) as error:
        reason = str(error).strip().splitlines()
        raise BadQuestionnaire(
            N_("This is no XLSForm that can be read: {reason}"),
            reason=reason[0][:200] if reason else type(error).__name__,
        ) from None
    asked = [child for child in survey["children"] if child.get("name") != "meta"]
    if not 1 <= len(asked) <= MOST_QUESTIONS:
        raise BadQuestionnaire(
            N_("The form asks {n} questions. At a door, ask 1 to {most}."),
            n=len(asked),
            most=MOST_QUESTIONS,
        )
    return str(survey.get("title") or "")[:160], [_from_xlsform(child) for child in asked]


def _from_xlsform(child: Mapping[str, Any]) -> Question:
    kind = KINDS.get(child["type"])
    extra = set(child.get("bind", {})) - {"required"}
    if kind is None or extra:
        raise BadQuestionnaire(
            N_("Question {name} uses {what}, which a round cannot ask. Possible: {known}."),
            name=child["name"],
            what=", ".join(sorted(extra)) if kind else child["type"],
            known=tuple(sorted(KINDS.values())),
        )
    return Question(
        child["name"],
        kind,
        _said(child.get("label", child["name"])),
        _said(child.get("hint", "")),
        "required" in child.get("bind", {}),
        tuple((c["name"], _said(c.get("label", c["name"]))) for c in child.get("choices", ())),
    )


def _said(label: Any) -> dict[str, str]:
    """Words by language; a form in one language says the same in both."""
    if not isinstance(label, Mapping):
        return {CHINESE: str(label), ENGLISH: str(label)}
    words = [(str(language).lower(), str(text)) for language, text in label.items()]
    any_words = words[0][1]
    return {
        wanted: next((text for language, text in words if f"({wanted}" in language), any_words)
        for wanted in (CHINESE, ENGLISH)
    }


def _taken(question: Question, answer: Any) -> Any:
    refusal = BadScreeningAnswer(question=question.name, given=str(answer)[:60], kind=question.kind)
    known = {name for name, _ in question.choices}
    try:
        match question.kind:
            case "integer":
                return int(str(answer))
            case "decimal":
                number = float(str(answer))
                warm = question.name != "temperature_c" or COLDEST_C <= number <= HOTTEST_C
                if number - number != 0 or not warm:  # infinite, no number, or no temperature
                    raise refusal
                return number
            case "date":
                return date.fromisoformat(str(answer)).isoformat()
            case "select_one":
                return _chosen([str(answer)], known, refusal)[0]
            case "select_multiple":
                many = answer.split() if isinstance(answer, str) else [str(a) for a in answer]
                return _chosen(many, known, refusal)
    except (ValueError, TypeError):
        raise refusal from None
    if not isinstance(answer, str) or len(answer) > MOST_CHARACTERS or "\0" in answer:
        raise refusal
    return answer


def _chosen(given: Sequence[str], known: set[str], refusal: BadScreeningAnswer) -> list[str]:
    if set(given) - known:
        raise refusal
    return list(dict.fromkeys(given))


def _plain(question: Question) -> dict[str, Any]:
    return {
        "name": question.name,
        "kind": question.kind,
        "label": dict(question.label),
        "hint": dict(question.hint),
        "required": question.required,
        "choices": [[name, dict(label)] for name, label in question.choices],
    }


def _question(**plain: Any) -> Question:
    choices = tuple((name, label) for name, label in plain.pop("choices"))
    return Question(**plain, choices=choices)


def _shipped_as_xlsx() -> bytes:
    """The shipped form as a workbook: a sheet for each part of its table."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    sheet: Any = None
    for line in _shipped_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0]:
            sheet = book.create_sheet(cells[0])
        else:
            sheet.append([cell or None for cell in cells[1:]])
    written = BytesIO()
    book.save(written)
    return written.getvalue()
