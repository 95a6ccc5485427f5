"""What do the files of the diseases say that more than one loop asks? Criteria, and places.

A file each in `loops/cases/diseases`. The loop of cases reads them whole and refuses a wrong one
with its line (`cases/definitions.py`); here is what placements, laboratory and ratios need.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "cases" / "diseases"


@dataclass(frozen=True)
class Known:
    """Of one disease: the codes of its criteria, and the place that each category requires."""

    criteria: frozenset[str]
    places: Mapping[str, str]


@cache
def every() -> Mapping[str, Known]:
    """Every disease that has a file, by its code."""
    told = [tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    return {
        one["disease"]: Known(frozenset(one["criteria"]), one.get("places", {})) for one in told
    }


def evidence_for(disease: str, codes: Sequence[str]) -> list[str]:
    """Of some codes those that are criteria of a disease; all of them where it has no file."""
    known = every().get(disease)
    return [code for code in codes if known is None or code in known.criteria]
