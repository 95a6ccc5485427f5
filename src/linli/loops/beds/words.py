"""Which words do the forms of transfers and stays share?"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic.config import JsonDict

from linli.errors import N_
from linli.registry.wards import BedCategory, BedSeverity


class TransferPosture(StrEnum):
    """How somebody can travel."""

    WALKS = "walks"
    SITS = "sits"
    LIES = "lies"


POSTURE_NAMES = {
    TransferPosture.WALKS: N_("walks"),
    TransferPosture.SITS: N_("needs a wheelchair"),
    TransferPosture.LIES: N_("has to lie"),
}


def names(words: Mapping[Any, Any]) -> JsonDict:
    """The words of a closed set, for the pages."""
    return {"names": {str(code): str(name) for code, name in words.items()}}


CATEGORY = names(dict(BedCategory.choices))
SEVERITY = names(dict(BedSeverity.choices))


def apart(given: Any) -> Any:
    """Numbers as a person writes them, with commas or blanks between."""
    return given.replace(",", " ").replace("，", " ").split() if isinstance(given, str) else given
