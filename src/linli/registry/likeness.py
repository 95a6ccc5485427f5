"""Are these two the same person? Keys to find who may be meant, and a verdict with its evidence.

Same: the source's own code; the same document or the same phone, and the same name; the same name
and date of birth in the same area or household; the same name in the same household. In doubt: a
document under another name, a name and date of birth elsewhere, or a sure sign that something
else contradicts; and a name that reads the same in either order within a household, with the same
phone or, where one of the names is in letters, with the same date of birth.
"""

from collections.abc import Hashable, Mapping, Sequence
from enum import Enum
from typing import Any

from linli.registry.names import fold
from linli.registry.pinyin import pinyin_of

Values = Mapping[str, Any]
OWN_CODE = "P"  # codes we made ourselves begin so, with nine digits; they say nothing of a source
KNOWN_BY = ("code", "document", "phone", "birth_date", "household_id")


class Verdict(Enum):
    """What two records are to each other."""

    SAME = "same"
    DOUBT = "doubt"
    OTHER = "other"


Judgement = tuple[Verdict, float, tuple[str, ...]]
NOT_ALIKE: Judgement = (Verdict.OTHER, 0.0, ())


def lookups(v: Values) -> Sequence[Hashable]:
    """The keys under which somebody may be found again."""
    keys: list[Hashable] = []
    for column in ("code", "document", "household_id"):
        if v.get(column):
            keys.append((column, v[column]))
    if v.get("name") and v.get("phone"):  # one hotline's number may stand with thousands
        keys.append(("phone", v["phone"], fold(v["name"])))
    if v.get("name") and v.get("birth_date"):
        keys.append(("born", fold(v["name"]), v["birth_date"]))
    return keys


def weigh(new: Values, old: Values) -> Judgement:
    """What a row on its way in is to somebody who is there: verdict, score and evidence."""
    codes = _agree(new, old, "code")
    if codes is True:
        return Verdict.SAME, 1.0, ("code",)
    verdict, score, evidence = _weigh_without_code(new, old)
    both_given = codes is False and not _is_our_own(new["code"]) and not _is_our_own(old["code"])
    if verdict is Verdict.SAME and both_given and new.get("source") == old.get("source"):
        return Verdict.DOUBT, min(score, 0.7), evidence  # one source says that they are two
    return verdict, score, evidence


def _weigh_without_code(new: Values, old: Values) -> Judgement:
    named = _same_name(new, old)
    read_alike = named or _reads_alike(new, old)
    document, phone, born = (_agree(new, old, c) for c in ("document", "phone", "birth_date"))
    at_home = _agree(new, old, "household_id") is True
    if document is True:
        if not read_alike:
            return Verdict.DOUBT, 0.7, ("document",)
        return (
            (Verdict.DOUBT, 0.8, ("document", "name"))
            if born is False
            else (Verdict.SAME, 0.99, ("document", "name"))
        )
    if document is False:
        alike = named and phone is True and born is True
        return (Verdict.DOUBT, 0.6, ("name", "phone", "birth_date")) if alike else NOT_ALIKE
    if named and phone is True:
        verdict = Verdict.DOUBT if born is False else Verdict.SAME
        return verdict, 0.6 if born is False else 0.95, ("name", "phone")
    if named and born is True:
        if at_home or _agree(new, old, "area_id") is True:
            return Verdict.SAME, 0.9, ("name", "birth_date", "household" if at_home else "area")
        return Verdict.DOUBT, 0.6 if phone is False else 0.75, ("name", "birth_date")
    if at_home and named:
        verdict = Verdict.DOUBT if born is False else Verdict.SAME
        return verdict, 0.5 if born is False else 0.85, ("name", "household")
    if at_home and read_alike and born is not False:
        sure = born is True and (new["name"].isascii() or old["name"].isascii())
        return Verdict.SAME if sure else Verdict.DOUBT, 0.85 if sure else 0.8, (
            "pinyin", "household",
        )  # fmt: skip
    if read_alike and born is not False and (phone is True or (born and _in_letters(new, old))):
        return Verdict.DOUBT, 0.7 if phone is True else 0.65, (
            "pinyin", "phone" if phone is True else "birth_date",
        )  # fmt: skip
    return NOT_ALIKE


def readings(pinyin: str) -> set[str]:
    """A name in letters with the surname first and last; surnames have one syllable or two."""
    parts = [fold(part) for part in pinyin.split() if fold(part)]
    found = {"".join(parts)}
    for n in (1, 2):
        if len(parts) > n:
            found |= {"".join(parts[n:] + parts[:n]), "".join(parts[-n:] + parts[:-n])}
    return found


def _agree(new: Values, old: Values, column: str) -> bool | None:
    """Whether both give the same; None where either gives nothing."""
    a, b = new.get(column), old.get(column)
    return None if a in (None, "") or b in (None, "") else a == b


def _same_name(new: Values, old: Values) -> bool:
    a, b = new.get("name"), old.get("name")
    return bool(a and b and (a == b or fold(a) == fold(b)))


def _reads_alike(new: Values, old: Values) -> bool:
    """Whether the names read the same in letters, in either order."""
    mine, theirs = (v.get("pinyin") or pinyin_of(v.get("name") or "") for v in (new, old))
    return bool(mine and theirs and readings(mine) & readings(theirs))


def _in_letters(new: Values, old: Values) -> bool:
    """Whether one of the names is known in letters only, so that Chinese cannot tell them apart."""
    return bool((new.get("name") or "").isascii() or (old.get("name") or "").isascii())


def _is_our_own(code: str) -> bool:
    return code.startswith(OWN_CODE) and len(code) == 10 and code[1:].isdigit()
