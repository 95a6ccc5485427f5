"""How does `linli evaluate` rank otherwise? Methods, comparisons, sensitivity, recipe files."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linli import toml_text
from linli.cli.ready import say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.analysis.evaluation.evaluate import Evaluation
    from linli.analysis.evaluation.framework import Framework
    from linli.analysis.evaluation.uncertainty import Plan

METHOD = "method"


def read_recipe(text: str, *, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The choices of a recipe file, and those of its table ``[method]``; raises BadInput."""
    try:
        said = toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            N_("{name} is no TOML: {error}."), name=name, error=str(error).splitlines()[0]
        ) from None
    method = said.pop(METHOD, {})
    if not isinstance(method, dict):
        raise BadInput(N_("{name}: method is a table with a name and options."), name=name)
    told = {key: "|".join(str(v) for v in value) if isinstance(value, list) else str(value)
            for key, value in method.items()}  # fmt: skip
    return said, told


def pairs(said: list[str]) -> dict[str, str]:
    """Options as they are typed: key=value each."""
    found = {}
    for one in said:
        key, equals, value = one.partition("=")
        if not equals:
            raise BadInput(N_("{given} is no choice. Write it as impute=median."), given=one)
        found[key.strip()] = value.strip()
    return found


def tell_method(
    result: "Evaluation", name: str, options: Mapping[str, str], *, as_json: bool
) -> None:
    """Rank the units by another method, and say with which choices."""
    from linli.analysis.evaluation.methods import Method, ranked

    if name not in set(Method):
        raise BadInput(
            N_("{key} is {given}. Choose one of: {known}."), key=METHOD, given=name,
            known=tuple(Method),
        )  # fmt: skip
    found = ranked(result, Method(name), options)
    order = sorted(range(len(found.ranks)), key=lambda k: found.ranks[k])
    rows = [
        {"id": result.table.ids[k], "name": result.table.name(k), "rank": int(found.ranks[k]),
         "score": float(found.scores[k]),
         **{key: float(column[k]) for key, column in found.more.items()}}
        for k in order
    ]  # fmt: skip
    if as_json:
        say_json({"method": name, "options": found.options, "units": rows,
                  "fingerprint": result.fingerprint})  # fmt: skip
        return
    choices = ", ".join(f"{key}={value}" for key, value in found.options.items())
    say(f"{name} {choices}".strip())
    for row in rows:
        more = "  ".join(f"{key} {row[key]:.3f}" for key in found.more)
        say(f"{row['rank']:>4} {row['score']:>8.4f}  {row['name']}  {more}".rstrip())


def read_comparisons(text: str, *, name: str) -> tuple[list[str], "NDArray"]:
    """A square of comparisons from CSV: names on top and at the side; blank is not compared."""
    import numpy as np

    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines()) if any(row)]
    names = rows[0][1:] if rows else []
    if not names or [row[0] for row in rows[1:]] != names:
        raise BadInput(
            N_("{name} is no square: the names on top must stand at the side, in the same order."),
            name=name,
        )
    matrix = np.full((len(names), len(names)), nan)
    for r, row in enumerate(rows[1:]):
        for c, cell in enumerate(row[1 : len(names) + 1]):
            matrix[r, c] = _comparison(cell, name, names[r], names[c])
    return names, _filled(matrix)


def _comparison(cell: str, name: str, row: str, column: str) -> float:
    if not cell:
        return nan
    above, slash, below = cell.partition("/")
    try:
        value = float(above) / float(below) if slash else float(cell)
    except (ValueError, ZeroDivisionError):
        value = nan
    if not value > 0:
        raise BadInput(
            N_("{name}, {row} against {column}: {given} is no comparison. Write 3 or 1/3."),
            name=name, row=row, column=column, given=cell,
        )  # fmt: skip
    return value


def _filled(matrix: "NDArray") -> "NDArray":
    """The other half of each comparison that is written once, and ones on the diagonal."""
    import numpy as np

    other = 1 / matrix.T
    whole = np.where(np.isnan(matrix), other, matrix)
    np.fill_diagonal(whole, 1.0)
    return whole


def compared(files: list[Path], read: Any) -> dict[str, Any]:
    """The weights that experts' comparisons give, one file an expert; raises BadInput."""
    from linli.analysis.evaluation import ahp

    told = [read_comparisons(read(file), name=file.name) for file in files]
    names = told[0][0]
    for (other, _matrix), file in zip(told, files, strict=True):
        if other != names:
            raise BadInput(
                N_("{name} compares other things than {first}. Use the same names and order."),
                name=file.name, first=files[0].name,
            )  # fmt: skip
    one = told[0][1] if len(told) == 1 else ahp.together([matrix for _names, matrix in told])
    found = ahp.priorities(one)
    return {
        "weights": dict(zip(names, found.weights.tolist(), strict=True)),
        "consistency_ratio": found.ratio,
        "consistent": found.is_consistent,
        "completed": found.completed.tolist(),
    }


def tell_compared(told: dict[str, Any], *, as_json: bool) -> None:
    """Weights and how consistent the comparisons are."""
    if as_json:
        say_json(told)
        return
    for name, weight in told["weights"].items():
        say(f"{weight:>8.4f}  {name}")
    text = (
        _("Consistency ratio {ratio}: good enough.")
        if told["consistent"]
        else _("Consistency ratio {ratio}: above 0.1, so the comparisons contradict each other.")
    )
    say(text, ratio=f"{told['consistency_ratio']:.3f}")


def weighted(framework: "Framework", weights: Mapping[str, float]) -> "Framework":
    """A framework with weights by id in place of its own; an unknown id is refused."""
    unknown = [name for name in weights if name not in framework.by_id]
    if unknown:
        raise BadInput(
            N_("{name} has no {given}. Compare its groups or indicators, by their ids."),
            name=framework.name, given=", ".join(unknown),
        )  # fmt: skip
    nodes = tuple(
        replace(n, weight=weights[n.id]) if n.id in weights else n for n in framework.nodes
    )
    return replace(framework, nodes=nodes)


def tell_sensitivity(result: "Evaluation", plan: "Plan", *, as_json: bool) -> None:
    """Which choice moves the order: Sobol indices with their intervals and warnings."""
    from linli.analysis.evaluation.uncertainty import sensitivity

    found = sensitivity(result, plan)
    shift = found.shift
    rows = [
        {"factor": name, "first": float(shift.first[k, 0]), "total": float(shift.total[k, 0]),
         "first_interval": shift.first_interval[:, k, 0].tolist(),
         "total_interval": shift.total_interval[:, k, 0].tolist()}
        for k, name in enumerate(found.factors)
    ]  # fmt: skip
    if as_json:
        say_json({
            "n": plan.n, "seed": plan.seed, "evaluations": found.replicates.scores.shape[1],
            "factors": rows, "warnings": list(shift.warnings),
            "score_total": found.score.total.tolist(), "rank_total": found.rank.total.tolist(),
            "fingerprint": result.fingerprint,
        })  # fmt: skip
        return
    say(_("What moves the ranks, from {n} evaluations:"), n=found.replicates.scores.shape[1])
    for row in rows:
        low, high = row["total_interval"]
        say(f"  {row['factor']:<12} S1 {row['first']:6.3f}   ST {row['total']:6.3f} "
            f"[{low:.3f}, {high:.3f}]")  # fmt: skip
    for warning in shift.warnings:
        say(f"  ! {warning}")
