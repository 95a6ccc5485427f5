"""What does a type of request ask besides its description? Questions as data, answers checked.

A question is a mapping with ``code``, ``datatype`` (one of DATATYPES), ``required``, ``name_zh``
and ``name_en``, and for lists ``values``: mappings with ``key``, ``name_zh`` and ``name_en``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from linli.errors import N_, BadInput

DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
MOST_CHARACTERS = 2000
Answers = dict[str, str | list[str]]


class BadAnswer(BadInput):
    """An answer to a question of the type is missing, not asked for, or not of its kind."""

    code = "bad_answer"
    sentence = N_("The answer to {question} cannot be taken: {given}. It is asked as {datatype}.")


def checked(
    questions: Iterable[Mapping[str, Any]], given: Mapping[str, str | list[str]]
) -> Answers:
    """The answers as they are kept; raises BadAnswer for the first that cannot be."""
    by_code = {question["code"]: question for question in questions}
    for code in given:
        if code not in by_code:
            raise BadAnswer(question=code[:60], given="-", datatype="-")
    kept: Answers = {}
    for code, question in by_code.items():
        answer = given.get(code, "")
        if answer in ("", []):
            if question.get("required"):
                raise BadAnswer(question=code, given="-", datatype=question["datatype"])
            continue
        kept[code] = _one(question, answer)
    return kept


def _one(question: Mapping[str, Any], answer: str | list[str]) -> str | list[str]:
    datatype = question["datatype"]
    many = answer if isinstance(answer, list) else [answer]
    refusal = BadAnswer(question=question["code"], given=", ".join(many)[:60], datatype=datatype)
    if len(many) > 1 and datatype != "multivaluelist":
        raise refusal
    if any(len(part) > MOST_CHARACTERS for part in many):
        raise refusal
    known = {value["key"] for value in question.get("values", ())}
    if datatype.endswith("list") and set(many) - known:
        raise refusal
    try:
        if datatype == "number":
            float(many[0])
        if datatype == "datetime":
            datetime.fromisoformat(many[0])
    except ValueError:
        raise refusal from None
    return many if datatype == "multivaluelist" else many[0]
