"""What makes a community risky? Factors, weights, kernels and rules, read from a TOML file."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from operator import eq, ge, gt, le, lt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli import toml_text
from linli.errors import N_, BadInput, Word

IMPORTATION = "importation"  # the factor that is worked out from sources, not given
FORMS = ("exponential", "gaussian", "power")
_RULE = re.compile(r"^\s*([a-z][a-z0-9_]*)\s*(<=|>=|==|<|>)\s*(-?\d+(?:\.\d+)?)\s*$")
_COMPARE = {"<=": le, ">=": ge, "==": eq, "<": lt, ">": gt}


class WrongModel(BadInput):
    """A model of risk cannot be used; the sentence names the entry and the remedy."""

    code = "wrong_risk_model"
    sentence = N_("Model {model}, {entry}: {reason}")


@dataclass(frozen=True)
class Kernel:
    """How far a source of infection reaches in a phase; ``reach_m`` in metres."""

    phase: str
    form: str
    reach_m: float
    source: str = ""


@dataclass(frozen=True)
class Factor:
    """One thing that is known of a community.

    ``low`` and ``high``: where it counts as none and as full, in its own unit; None: the 5th and
    95th percentile. ``higher``: more of it is riskier. ``reachable``: what an action can bring it
    to. ``error``: standard deviation of what is not known, on the scale from 0 to 1.
    """

    id: str
    dimension: str
    names: Mapping[str, str]
    unit: str = ""
    weight: float = 1.0
    higher: bool = True
    log: bool = False
    low: float | None = None
    high: float | None = None
    reachable: float | None = None
    actions: Mapping[str, str] | None = None
    error: float = 0.05


@dataclass(frozen=True)
class Dimension:
    """A group of factors whose mean is multiplied with the other groups'."""

    id: str
    names: Mapping[str, str]
    weight: float = 1.0


@dataclass(frozen=True)
class Rule:
    """A column against a number."""

    column: str
    sign: str
    value: float

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Where it does; never where the value is missing."""
        with np.errstate(invalid="ignore"):
            found: NDArray[np.bool_] = _COMPARE[self.sign](values, self.value)
        return found


@dataclass(frozen=True)
class Flag:
    """A type of community, by rules that must all hold."""

    id: str
    names: Mapping[str, str]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Model:
    """Everything the score is made of, and where each kernel comes from."""

    name: str
    titles: Mapping[str, str]
    kernels: Mapping[str, Kernel]
    dimensions: tuple[Dimension, ...]
    factors: tuple[Factor, ...]
    flags: tuple[Flag, ...]

    def of(self, dimension: str) -> list[int]:
        """Which factors, by their place, belong to a dimension."""
        return [n for n, factor in enumerate(self.factors) if factor.dimension == dimension]

    def without(self, dimensions: Collection[str]) -> "Model":
        """The model that leaves these dimensions out; their types of community stay."""
        return replace(
            self,
            dimensions=tuple(d for d in self.dimensions if d.id not in dimensions),
            factors=tuple(f for f in self.factors if f.dimension not in dimensions),
        )

    def kernel(self, phase: str) -> Kernel:
        """The kernel of a phase; raises BadInput naming those there are."""
        if phase not in self.kernels:
            raise BadInput(
                N_("There is no phase {phase}. Choose one of: {known}."),
                phase=phase,
                known=tuple(self.kernels),
            )
        return self.kernels[phase]


def shipped_names() -> list[str]:
    """The models that come with Linli."""
    folder = resources.files(__package__) / "models"
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name != "__init__.py")


def shipped(name: str) -> Model:
    """A model that comes with Linli; raises BadInput naming those there are."""
    if name not in shipped_names():
        raise BadInput(
            N_("There is no model {name}. Choose one of {known}, or name a file."),
            name=name,
            known=tuple(shipped_names()),
        )
    text = (resources.files(__package__) / "models" / f"{name}.toml").read_text("utf-8")
    return read_model(text, name=name)


def read_model(text: str, *, name: str) -> Model:
    """A model from its TOML text; raises WrongModel with the entry and the reason."""
    try:
        said = toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(name, "file", N_("it is not TOML: {fault}."), fault=str(error)) from None
    dimensions = tuple(
        Dimension(_word(one, "id", name, f"dimension {n}"), _names(one),
                  _positive(one, "weight", name, f"dimension {n}"))
        for n, one in enumerate(_tables(said, "dimension", name), start=1)
    )  # fmt: skip
    factors = tuple(
        _factor(one, name, n) for n, one in enumerate(_tables(said, "factor", name), start=1)
    )
    _check(name, dimensions, factors)
    kernels = [_kernel(one, name, n) for n, one in enumerate(said.get("kernel", []), start=1)]
    if not kernels and any(f.id == IMPORTATION for f in factors):
        raise _wrong(name, "kernel", N_("importation needs one; add a kernel."))
    known = {factor.id for factor in factors}
    flags = tuple(_flag(one, name, known) for one in said.get("flag", []))
    titles = {"en": said.get("title_en", name), "zh-hans": said.get("title_zh", name)}
    return Model(name, titles, {k.phase: k for k in kernels}, dimensions, factors, flags)


def _wrong(model: str, entry: str, sentence: str, **values: object) -> WrongModel:
    reason = BadInput(sentence, **values) if values else Word(sentence)
    return WrongModel(model=model, entry=entry, reason=reason)


def _tables(said: Mapping[str, Any], key: str, name: str) -> list[dict[str, Any]]:
    found = said.get(key, [])
    if not isinstance(found, list) or not found or not all(isinstance(x, dict) for x in found):
        raise _wrong(name, key, N_("there is none; add entries [[{key}]]."), key=key)
    return found


def _factor(one: Mapping[str, Any], name: str, n: int) -> Factor:
    known = {"id", "dimension", "name_en", "name_zh", "unit", "weight", "direction", "scale", "low",
             "high", "reachable", "action_en", "action_zh", "error"}  # fmt: skip
    entry = f"factor {one.get('id', n)}"
    for key in one:
        if key not in known:
            raise _wrong(name, entry, N_("{key} means nothing here; take it out."), key=key)
    numbers = {key: _number(one, key, name, entry) for key in ("low", "high", "reachable")}
    low, high = numbers["low"], numbers["high"]
    if low is not None and high is not None and low >= high:
        raise _wrong(name, entry, N_("low must lie below high."))
    for key, allowed in (("direction", ("higher", "lower")), ("scale", ("linear", "log"))):
        if one.get(key, allowed[0]) not in allowed:
            raise _wrong(name, entry, N_("{key} is one of {known}."), key=key, known=allowed)
    actions = None
    if "action_en" in one:
        actions = {"en": one["action_en"], "zh-hans": one.get("action_zh", one["action_en"])}
    if (actions is None) is not (numbers["reachable"] is None):
        raise _wrong(name, entry, N_("action_en and reachable go together; give both."))
    error = _number(one, "error", name, entry)
    if error is not None and not 0 <= error < 1:
        raise _wrong(name, entry, N_("error lies from 0 to below 1."))
    return Factor(
        id=_word(one, "id", name, entry),
        dimension=_word(one, "dimension", name, entry),
        names=_names(one),
        unit=str(one.get("unit", "")),
        weight=_positive(one, "weight", name, entry),
        higher=one.get("direction", "higher") == "higher",
        log=one.get("scale", "linear") == "log",
        low=low,
        high=high,
        reachable=numbers["reachable"],
        actions=actions,
        error=Factor.error if error is None else error,
    )


def _kernel(one: Mapping[str, Any], name: str, n: int) -> Kernel:
    entry = f"kernel {one.get('phase', n)}"
    if one.get("form") not in FORMS:
        raise _wrong(name, entry, N_("{key} is one of {known}."), key="form", known=FORMS)
    reach_m = _positive(one, "reach_m", name, entry, default=None)
    return Kernel(_word(one, "phase", name, entry), one["form"], reach_m, one.get("source", ""))


def _flag(one: Mapping[str, Any], name: str, known: set[str]) -> Flag:
    entry = f"flag {one.get('id', '')}"
    rules = []
    for text in one.get("all", []):
        met = _RULE.match(str(text))
        if met is None or met[1] not in known:
            sentence = N_("{text} is no rule; write a factor, a sign and a number: a_pct >= 30.")
            raise _wrong(name, entry, sentence, text=text)
        rules.append(Rule(met[1], met[2], float(met[3])))
    if not rules:
        raise _wrong(name, entry, N_("it has no rules; fill all."))
    return Flag(_word(one, "id", name, entry), _names(one), tuple(rules))


def _check(name: str, dimensions: tuple[Dimension, ...], factors: tuple[Factor, ...]) -> None:
    named = {"dimension": [d.id for d in dimensions], "factor": [f.id for f in factors]}
    for kind, ids in named.items():
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise _wrong(name, f"{kind} {twice[0]}", N_("it is there twice."))
    known = {d.id for d in dimensions}
    for factor in factors:
        if factor.dimension not in known:
            raise _wrong(
                name,
                f"factor {factor.id}",
                N_("there is no dimension {dimension}; there are: {known}."),
                dimension=factor.dimension,
                known=tuple(sorted(known)),
            )
    for dimension in sorted(known - {f.dimension for f in factors}):
        sentence = N_("no factor belongs to it; take it out, or add a factor.")
        raise _wrong(name, f"dimension {dimension}", sentence)


def _names(one: Mapping[str, Any]) -> dict[str, str]:
    english = str(one.get("name_en", one.get("id", "")))
    return {"en": english, "zh-hans": str(one.get("name_zh", english))}


def _word(one: Mapping[str, Any], key: str, name: str, entry: str) -> str:
    value = one.get(key)
    if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        sentence = N_("{key} is missing or no word; write small letters, digits and _.")
        raise _wrong(name, entry, sentence, key=key)
    return value


def _number(one: Mapping[str, Any], key: str, name: str, entry: str) -> float | None:
    value = one.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise _wrong(name, entry, N_("{key} is no number."), key=key)
    return float(value)


def _positive(
    one: Mapping[str, Any], key: str, name: str, entry: str, *, default: float | None = 1.0
) -> float:
    value = _number(one, key, name, entry)
    value = default if value is None else value
    if value is None or value <= 0:
        raise _wrong(name, entry, N_("{key} must be a number above 0."), key=key)
    return value
