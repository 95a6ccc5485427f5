"""What does one line of a plan's readiness say? What is needed, what is there, and what lacks.

"No record" is an answer of its own: nothing is known of it, which is not the same as none.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import translation

from linli.errors import N_, Phrase, Word


class Part(StrEnum):
    """Which part of a plan a line is of."""

    STEP = "step"
    ROLE = "role"
    STOCK = "stock"
    PLACE = "place"


PART_NAMES: dict[str, str] = {
    Part.STEP: N_("steps and their loops"),
    Part.ROLE: N_("roles"),
    Part.STOCK: N_("stock"),
    Part.PLACE: N_("beds, sites and vehicles"),
}


class Verdict(StrEnum):
    """How a line stands."""

    COVERED = "covered"
    SHORT = "short"
    NO_RECORD = "no_record"


VERDICT_NAMES: dict[str, str] = {
    Verdict.COVERED: N_("covered"),
    Verdict.SHORT: N_("short"),
    Verdict.NO_RECORD: N_("no record"),
}


class Why(StrEnum):
    """Why something lacks at a place."""

    NO_POST = "no_post"
    FEW_POSTS = "few_posts"
    VACANT = "vacant"
    LAPSES = "lapses"
    UNQUALIFIED = "unqualified"
    NO_ROWS = "no_rows"
    OTHER_UNIT = "other_unit"
    TOO_FEW = "too_few"
    EXPIRES = "expires"
    NO_PEOPLE = "no_people"
    NO_PLACE = "no_place"
    NO_LIMIT = "no_limit"


WHY_SAID: dict[str, str] = {
    Why.NO_POST: N_("no post of this role is recorded here"),
    Why.FEW_POSTS: N_("there are fewer posts than it takes"),
    Why.VACANT: N_("a post is vacant, or its holder is away"),
    Why.LAPSES: N_("a post is held now, and not for all the hours ahead"),
    Why.UNQUALIFIED: N_("who holds it has no such qualification in force"),
    Why.NO_ROWS: N_("nothing of the kind is recorded here: unknown, not none"),
    Why.OTHER_UNIT: N_("what is recorded is counted in another unit"),
    Why.TOO_FEW: N_("less is there than it takes"),
    Why.EXPIRES: N_("some of it expires before the plan's end"),
    Why.NO_PEOPLE: N_("nobody is on record here, so what it takes is not known"),
    Why.NO_PLACE: N_("no place of this kind is recorded here"),
    Why.NO_LIMIT: N_("no limit is signed for this loop, class and mode"),
}


@dataclass(frozen=True)
class Short:
    """Something lacks at a place: how much, why, since when, and who is to mend it.

    ``needed`` and ``have`` are empty where they are not known; ``since`` is in UTC seconds and
    empty where no record tells it.
    """

    area_id: int
    why: Why
    needed: float | None = None
    have: float | None = None
    since: int | None = None
    unit_id: int | None = None  # whose unit is to mend it
    account_id: int | None = None  # and who answers for that unit now

    @property
    def lacks(self) -> float | None:
        """How many lack; empty where that is not known."""
        if self.needed is None or self.have is None:
            return None
        return max(0.0, self.needed - self.have)


@dataclass(frozen=True)
class Line:
    """One thing that a plan names, held against the records of an area.

    ``have`` counts it for this plan alone; ``together`` leaves out what other plans hold back.
    ``shorts`` say where it lacks.
    """

    part: Part
    key: str
    label: Phrase
    needed: float | None
    have: float | None
    verdict: Verdict
    unit: str = ""
    together: float | None = None
    reserved: float = 0.0
    n_places: int = 1
    n_covered: int = 0
    known_at: int | None = None  # the newest day on which it was counted, UTC seconds
    shorts: tuple[Short, ...] = ()
    pool: str = ""  # lines of one pool draw on the same records

    @property
    def lacks(self) -> float | None:
        """How many lack when the plan runs alone."""
        if self.needed is None or self.have is None:
            return None
        return max(0.0, self.needed - self.have)

    @property
    def lacks_together(self) -> float | None:
        """How many lack when what other plans hold back is left to them."""
        if self.needed is None or self.together is None:
            return None
        return max(0.0, self.needed - self.together)

    def told(self, translate: Callable[[str], str]) -> dict[str, Any]:
        """The line as plain values, in a reader's language."""
        return {
            "part": self.part.value, "key": self.key, "label": self.label.tell(translate),
            "needed": self.needed, "have": self.have, "lacks": self.lacks,
            "together": self.together, "lacks_together": self.lacks_together,
            "reserved": self.reserved, "unit": self.unit, "verdict": self.verdict.value,
            "n_places": self.n_places, "n_covered": self.n_covered, "known_at": self.known_at,
            "gaps": [asdict(short) | {"lacks": short.lacks} for short in self.shorts],
        }  # fmt: skip


def labelled(sentence: str, /, **values: Any) -> Phrase:
    """The label of a line; words in it are translated as well."""
    return Phrase(sentence, **values)


def word(text: str) -> Word:
    """A word inside a label, to be translated itself."""
    return Word(text)


class TwoTongues:
    """A text of a plan inside a label: said in the language that the label is told in."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en

    def tell(self, translate: Callable[[str], str] = str) -> str:
        """In Chinese where our words are told in Chinese."""
        return self.zh if translate(_PROBE) != _PROBE else self.en


_PROBE = N_("covered")


def told_in_both(tell: Callable[[Callable[[str], str]], Any]) -> dict[str, Any]:
    """Something told in both languages, to be kept as it was told."""
    kept = {}
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            kept[language] = tell(translation.gettext)
    return kept


def in_language(kept: Any) -> Any:
    """What was kept in both languages, in the reader's; empty where nothing was kept."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return (kept or {}).get(language) or next(iter((kept or {}).values()), None)
