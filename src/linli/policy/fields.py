"""Which fields of a resident's record does each role see? Masked the same way each time."""

from collections.abc import Iterable, Mapping
from typing import Any

from linli.errors import N_, BadInput
from linli.policy.roles import Role

MASK = "•••"

_NAME = frozenset({"name", "pinyin"})
_REACH = frozenset({"phone", "address"})
_BODY = frozenset({"sex", "birth_date", "left_on", "left_because", "left_source"})
_NEEDS = frozenset({"needs", "note"})
_PAPERS = frozenset({"document"})

SENSITIVE = _NAME | _REACH | _BODY | _NEEDS | _PAPERS

SEES: dict[Role, frozenset[str]] = {
    Role.GRID_WORKER: _NAME | _REACH | _BODY | _NEEDS,
    Role.COMMUNITY_DESK: _NAME | _REACH | _BODY | _NEEDS,
    Role.SECRETARY: _NAME | _REACH | _BODY | _NEEDS | _PAPERS,
    Role.STREET_DUTY: _NAME | _REACH | _BODY | _NEEDS,
    Role.DISTRICT_COMMAND: _NAME | _REACH,
    Role.CITY_COMMAND: _NAME | _REACH,
    Role.PARTNER: _NAME | _REACH,
    Role.CLINICIAN: _NAME | _REACH | _BODY | _NEEDS | _PAPERS,
    Role.LABORATORY: _NAME | _BODY,
    Role.TRACER: _NAME | _REACH | _BODY | _PAPERS,
    Role.COURIER: _NAME,
    Role.DRIVER: _NAME | _REACH,
    Role.DATA_OFFICE: SENSITIVE,
    Role.RESIDENT: SENSITIVE,  # the own record only; can() sees to that
}


class MaskedValue(BadInput):
    """A masked value was sent back as if it were the real one."""

    code = "masked_value"
    sentence = N_("{fields} came back masked and would overwrite the real value. Leave them out.")


def sees(roles: Iterable[Role]) -> frozenset[str]:
    """The sensitive fields that holders of these roles see."""
    return frozenset().union(*(SEES.get(role, frozenset()) for role in roles))


def shown(record: Mapping[str, Any], visible: frozenset[str]) -> dict[str, Any]:
    """The record as somebody may see it: what is hidden reads as the mask, empty or not.

    A mask on what is there alone would tell that somebody has needs, or none.
    """
    hidden = SENSITIVE - visible
    return {name: MASK if name in hidden else value for name, value in record.items()}


def refuse_masked(record: Mapping[str, Any]) -> None:
    """Raise if any value of an incoming record is a mask."""
    masked = tuple(sorted(name for name, value in record.items() if value == MASK))
    if masked:
        raise MaskedValue(fields=masked)
