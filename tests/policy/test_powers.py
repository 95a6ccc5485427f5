"""Who may do what: one table from the declarations, so that no right changes unseen."""

from collections.abc import Callable

from linli.loops import catalogue
from linli.policy.powers import POWERS
from linli.policy.roles import Role

WIDTH = 30


def powers() -> dict[str, frozenset[Role]]:
    """Every verb there is: the registry's and boards', and every loop's opening, look and step."""
    found = dict(POWERS)
    for loop in catalogue.all_loops().values():
        found[f"{loop.name}.open"] = loop.opened_by
        found[f"{loop.name}.see"] = loop.seen_by
        for step in loop.steps:
            own = " (own)" if step.own else ""
            found[f"{loop.name}.{step.name}{own}"] = step.by
    return found


def test_who_may_do_what_is_what_the_golden_table_says(
    golden: Callable[[str, str], None],
) -> None:
    lines = ["Who may do what. x: may, within reach of the post.", ""]
    lines += [f"{n:>2} {role}" for n, role in enumerate(Role, start=1)]
    lines += ["", " " * WIDTH + " ".join(f"{n:>2}" for n in range(1, len(Role) + 1))]
    for verb, roles in sorted(powers().items()):
        marks = " ".join(" x" if role in roles else " ." for role in Role)
        lines.append(f"{verb:<{WIDTH}}{marks}")

    golden("powers.txt", "\n".join(lines) + "\n")


def test_the_analyst_is_never_shown_a_resident() -> None:
    shown = {verb for verb, roles in powers().items() if Role.ANALYST in roles}

    assert not {v for v in shown if v.startswith(("people.", "households.", "request."))}


def test_the_auditor_changes_nothing() -> None:
    may = {verb for verb, roles in powers().items() if Role.AUDITOR in roles}

    assert {v for v in may if not v.endswith(".see")} == {"request.back_check"}
