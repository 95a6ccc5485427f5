"""What does an evaluation measure? Indicators, their tree, goalposts and weights: one file each.

A framework is a CSV file: lines `# key: value` first, then a header, then one line a group or
indicator. This module turns its text into a checked `Framework`, or says which line is wrong and
why. Shipped files lie in `frameworks/` and are found by being there.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from math import isfinite

from linli.errors import N_, BadInput, Problem

COLUMNS = (
    "id", "parent", "kind", "name_zh", "name_en", "unit", "direction", "phase", "source", "weight",
    "worst", "best", "target", "target_kind", "transform",
)  # fmt: skip


class Kind(StrEnum):
    """What a line of a framework is."""

    GROUP = "group"
    INDICATOR = "indicator"
    VETO = "veto"  # a condition: met is 1, not met is 0 and the unit fails whatever its score


class Role(StrEnum):
    """What the indicators under a root tell of; the two are never added up."""

    CAPACITY = "capacity"
    OUTCOME = "outcome"


class TargetKind(StrEnum):
    """Where a target comes from. A baseline is where things stood, so it is nobody's target."""

    PUBLISHED = "published"
    DERIVED = "derived"
    BASELINE = "baseline"
    DESIGN = "design"


class WrongFramework(BadInput):
    """A framework file cannot be used; the sentence names line and remedy."""

    code = "wrong_framework"
    sentence = N_("Framework {name}, line {line}: {reason}")


@dataclass(frozen=True)
class Node:
    """One line of a framework."""

    id: str
    parent: str
    kind: Kind
    name_zh: str
    name_en: str
    unit: str = ""
    direction: int = 1  # 1: more is better, -1: less is better
    phases: frozenset[str] = frozenset()  # empty: counts in every phase
    source: str = ""
    weight: float | None = None
    worst: float | None = None
    best: float | None = None
    target: float | None = None
    target_kind: TargetKind | None = None
    transform: str = ""  # "log" or nothing
    line: int = 0


@dataclass(frozen=True)
class Framework:
    """A checked tree of groups and indicators."""

    name: str
    nodes: tuple[Node, ...]
    facts: dict[str, str] = field(default_factory=dict)  # the `# key: value` lines

    @cached_property
    def indicators(self) -> tuple[Node, ...]:
        """The leaves that are scored, in the order of the file."""
        return tuple(n for n in self.nodes if n.kind is Kind.INDICATOR)

    @cached_property
    def vetoes(self) -> tuple[Node, ...]:
        """The conditions that are met or not."""
        return tuple(n for n in self.nodes if n.kind is Kind.VETO)

    @cached_property
    def roots(self) -> tuple[Node, ...]:
        """The groups without a parent: one composite each."""
        return tuple(n for n in self.nodes if n.kind is Kind.GROUP and not n.parent)

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """Every node by its id."""
        return {n.id: n for n in self.nodes}

    def children(self, node_id: str) -> tuple[Node, ...]:
        """The scored parts of a group."""
        return tuple(n for n in self.nodes if n.parent == node_id and n.kind is not Kind.VETO)

    def role(self, root_id: str) -> Role:
        """Does this root hold outcomes or capacity? The file says which roots are outcomes."""
        outcomes = {part.strip() for part in self.facts.get("outcome", "").split("|")}
        return Role.OUTCOME if root_id in outcomes else Role.CAPACITY

    @cached_property
    def phases(self) -> tuple[str, ...]:
        """The phases that indicators name."""
        return tuple(sorted({p for n in self.indicators for p in n.phases}))

    def in_phase(self, phase: str | None) -> "Framework":
        """The part that counts in a phase: other indicators are switched off, not scored zero."""
        if phase is None:
            return self
        if phase not in self.phases:
            raise BadInput(
                N_("{phase} is no phase of {name}. Choose one of: {known}."),
                phase=phase,
                name=self.name,
                known=self.phases or ("-",),
            )
        kept = [n for n in self.nodes if n.kind is Kind.GROUP or not n.phases or phase in n.phases]
        while True:
            parents = {n.parent for n in kept}
            left = [n for n in kept if n.kind is not Kind.GROUP or n.id in parents]
            if len(left) == len(kept):
                return replace(self, nodes=tuple(left))
            kept = left


def framework_names() -> list[str]:
    """The frameworks that come with Linli."""
    return sorted(f.name[:-4] for f in _folder().iterdir() if f.name.endswith(".csv"))


def shipped(name: str) -> Framework:
    """Read one of the frameworks that come with Linli."""
    if name not in framework_names():
        raise BadInput(
            N_("There is no framework {name}. Choose one of: {known}, or give a file."),
            name=name,
            known=framework_names(),
        )
    return read_framework(_folder().joinpath(f"{name}.csv").read_text("utf-8"), name=name)


def read_framework(text: str, *, name: str) -> Framework:
    """Turn the text of a framework file into a checked framework; raises WrongFramework."""
    facts, rows = _lines(text, name)
    nodes = tuple(_node(row, line, name) for line, row in rows)
    if not nodes:
        raise WrongFramework(
            name=name, line=1, reason=Problem(N_("it holds no indicator; add one line each."))
        )
    framework = Framework(name, nodes, facts)
    _check_tree(framework)
    return framework


def _folder() -> Traversable:
    return files("linli.analysis.evaluation").joinpath("frameworks")


def _lines(text: str, name: str) -> tuple[dict[str, str], Iterator[tuple[int, dict[str, str]]]]:
    facts: dict[str, str] = {}
    lines = text.lstrip("\ufeff").splitlines()
    n_head = 0
    for line in lines:
        if not line.startswith("#"):
            break
        key, _, value = line[1:].partition(":")
        facts[key.strip()] = value.strip()
        n_head += 1
    reader = csv.DictReader(lines[n_head:])
    header = reader.fieldnames or ()
    lacking = [c for c in ("id", "parent", "kind", "name_en") if c not in header]
    if lacking:
        reason = Problem(
            N_("the columns {columns} are missing from the header."), columns=", ".join(lacking)
        )
        raise WrongFramework(name=name, line=n_head + 1, reason=reason)
    unknown = [str(c) for c in header if c not in COLUMNS]
    if unknown:
        reason = Problem(
            N_("unknown columns {unknown}; known are {known}."),
            unknown=", ".join(unknown),
            known=", ".join(COLUMNS),
        )
        raise WrongFramework(name=name, line=n_head + 1, reason=reason)
    return facts, ((reader.line_num + n_head, row) for row in reader)


def _node(row: dict[str, str], line: int, name: str) -> Node:
    def refuse(reason: Problem) -> WrongFramework:
        return WrongFramework(name=name, line=line, reason=reason)

    if None in row or None in row.values():
        raise refuse(
            Problem(
                N_("it has more or fewer cells than the header; quote cells that hold a comma.")
            )
        )
    cell = {key: (value or "").strip() for key, value in row.items()}

    def number(column: str) -> float | None:
        said = cell.get(column, "")
        if not said:
            return None
        try:
            value = float(said)
        except ValueError:
            value = float("nan")
        if not isfinite(value):
            raise refuse(
                Problem(
                    N_("{column} is {given}, which is no number; leave it empty if unknown."),
                    column=column,
                    given=repr(said),
                )
            )
        return value

    if not cell["id"]:
        raise refuse(Problem(N_("the id is empty.")))
    if cell["kind"] not in set(Kind):
        raise refuse(
            Problem(
                N_("kind is {kind}; say one of {known}."),
                kind=repr(cell["kind"]),
                known=", ".join(Kind),
            )
        )
    if cell.get("direction", "") not in {"", "+", "-"}:
        raise refuse(
            Problem(N_("direction is {direction}; say + or -."), direction=repr(cell["direction"]))
        )
    if cell.get("transform", "") not in {"", "log"}:
        raise refuse(
            Problem(
                N_("transform is {transform}; say log or nothing."),
                transform=repr(cell["transform"]),
            )
        )
    kind_of_target = cell.get("target_kind", "")
    if kind_of_target and kind_of_target not in set(TargetKind):
        raise refuse(
            Problem(
                N_("target_kind is {given}; say one of {known}."),
                given=repr(kind_of_target),
                known=", ".join(TargetKind),
            )
        )
    node = Node(
        id=cell["id"],
        parent=cell["parent"],
        kind=Kind(cell["kind"]),
        name_zh=cell.get("name_zh", ""),
        name_en=cell["name_en"],
        unit=cell.get("unit", ""),
        direction=-1 if cell.get("direction") == "-" else 1,
        phases=frozenset(p for p in cell.get("phase", "").split("|") if p),
        source=cell.get("source", ""),
        weight=number("weight"),
        worst=number("worst"),
        best=number("best"),
        target=number("target"),
        target_kind=TargetKind(kind_of_target) if kind_of_target else None,
        transform=cell.get("transform", ""),
        line=line,
    )
    _check_node(node, refuse)
    return node


def _check_node(node: Node, refuse: Callable[[Problem], "WrongFramework"]) -> None:
    if node.weight is not None and node.weight < 0:
        raise refuse(
            Problem(N_("weight is {weight}; a weight is 0 or more."), weight=f"{node.weight:g}")
        )
    if (node.worst is None) != (node.best is None):
        raise refuse(Problem(N_("only one of worst and best is given; give both or none.")))
    if node.worst is not None and node.best is not None:
        if node.worst == node.best:
            raise refuse(
                Problem(
                    N_("worst and best are both {best}; they must differ."), best=f"{node.best:g}"
                )
            )
        if (node.best > node.worst) != (node.direction > 0):
            raise refuse(
                Problem(N_("worst and best run against the direction; swap them or the direction."))
            )
        if node.transform == "log" and min(node.worst, node.best) <= 0:
            raise refuse(Problem(N_("the log of a goalpost at or below zero does not exist.")))
    if node.target is not None and node.target_kind is None:
        raise refuse(Problem(N_("a target needs its target_kind: published, derived or design.")))
    if node.target is not None and node.target_kind is TargetKind.BASELINE:
        raise refuse(
            Problem(
                N_("a baseline is where things stood and cannot be a target; leave target empty.")
            )
        )


def _check_tree(framework: Framework) -> None:
    name, seen = framework.name, dict[str, int]()
    for node in framework.nodes:

        def refuse(reason: Problem, line: int = node.line) -> WrongFramework:
            return WrongFramework(name=name, line=line, reason=reason)

        if node.id in seen:
            raise refuse(
                Problem(
                    N_("the id {id} stands on line {line} already."), id=node.id, line=seen[node.id]
                )
            )
        seen[node.id] = node.line
        parent = framework.by_id.get(node.parent)
        if node.parent and (parent is None or parent.kind is not Kind.GROUP):
            raise refuse(
                Problem(N_("its parent {parent} is no group of this file."), parent=node.parent)
            )
        if not node.parent and node.kind is Kind.INDICATOR:
            raise refuse(Problem(N_("an indicator needs a parent group.")))
        if node.kind is Kind.GROUP and not framework.children(node.id):
            raise refuse(
                Problem(
                    N_("the group {id} holds nothing; give it an indicator or remove it."),
                    id=node.id,
                )
            )
        above, steps = parent, 0
        while above is not None:
            above, steps = framework.by_id.get(above.parent), steps + 1
            if steps > len(framework.nodes):
                raise refuse(Problem(N_("the group {id} is its own ancestor."), id=node.id))
    for part in framework.facts.get("outcome", "").split("|"):
        if part.strip() and part.strip() not in {r.id for r in framework.roots}:
            reason = Problem(
                N_(
                    "outcome names {part}, which is no group without a parent: "
                    "outcomes never stand under capacity."
                ),
                part=part.strip(),
            )
            raise WrongFramework(name=name, line=1, reason=reason)
