"""Who may do what, and what is said when something is refused?"""

import pkgutil
from importlib import import_module

import linli
from linli.errors import Problem
from linli.loops import catalogue
from linli.policy.fields import SEES, SENSITIVE
from linli.policy.powers import POWERS
from linli.policy.roles import NAMES, PURPOSE_NAMES, PURPOSES, SENTENCES, Role
from scripts.shelf.page import chinese, code, codes, page, table


def pages() -> dict[str, str]:
    """Roles and powers; error codes."""
    return {"roles.md": _roles(), "errors.md": _errors()}


def _roles() -> str:
    return page(
        "Roles and powers",
        "A role is held through a post, in one area, from one moment to another. It reaches the "
        "area of the post and all below it. Everybody signed in is also a resident.",
        table(
            ("Role", "Name", "中文", "In one sentence"),
            ((code(r), NAMES[r], chinese(NAMES[r]), SENTENCES[r]) for r in Role),
        ),
        "## Purposes and fields\n\nStaff name a purpose before they see a resident's data. A field "
        "that a role does not see is masked the same way on every face.",
        table(
            ("Role", "May look for", "Sees of a resident"),
            ((code(r), _purposes(r), _fields(r)) for r in Role if PURPOSES.get(r) or SEES.get(r)),
        ),
        "## Powers\n\nWhat is not a step of a loop. A verb that is not here is nobody's.",
        table(
            ("Power", "Roles"),
            ((code(v), codes(r for r in Role if r in roles)) for v, roles in POWERS.items()),
        ),
        "## Steps\n\nWhat each role may do in each loop, where its posts reach.",
        table(("Role", *(loop for loop, _ in _loops())), (_steps(role) for role in Role)),
    )


def _loops() -> list[tuple[str, dict[str, frozenset[Role]]]]:
    return [
        (name, {"open": loop.opened_by} | {step.name: step.by for step in loop.steps})
        for name, loop in sorted(catalogue.all_loops().items())
    ]


def _steps(role: Role) -> tuple[str, ...]:
    may = (codes(s for s, roles in steps.items() if role in roles) or "-" for _, steps in _loops())
    return (code(role), *may)


def _purposes(role: Role) -> str:
    mine = PURPOSES.get(role, frozenset())
    return ", ".join(said for purpose, said in PURPOSE_NAMES.items() if purpose in mine) or "-"


def _fields(role: Role) -> str:
    mine = SEES.get(role, frozenset())
    if role is Role.RESIDENT:
        return "the own record"
    return "everything" if mine == SENSITIVE else codes(sorted(mine)) or "nothing"


def _errors() -> str:
    for module in pkgutil.walk_packages(linli.__path__, "linli."):
        if not module.name.rpartition(".")[2].startswith(("test_", "conftest", "wsgi")):
            import_module(module.name)
    found = sorted(
        _below(Problem), key=lambda kind: (kind.status, kind.code, kind.__module__, kind.__name__)
    )
    return page(
        "Error codes",
        "What a person or a program may meet. The code is stable and the status is that of the "
        "API; the sentence is the same on every face and stands here as it usually reads. At the "
        "command line a problem ends with exit code 2.",
        table(
            ("Code", "Status", "Sentence", "中文", "Kept in"),
            (
                (
                    code(kind.code),
                    kind.status,
                    kind.sentence,
                    chinese(kind.sentence),
                    code(kind.__module__.removeprefix("linli.")),
                )
                for kind in found
            ),
        ),
    )


def _below(kind: type[Problem]) -> set[type[Problem]]:
    ours = {kind} if kind.__module__.startswith("linli.") else set()
    return ours.union(*(_below(lower) for lower in kind.__subclasses__()))
