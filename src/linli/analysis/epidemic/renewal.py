"""How many have fallen ill by now, and how many does each infect? A Bayesian nowcast of one city.

Needs the extra `linli[bayes]`. Beside the ladder: it knows that cases come of cases, so that it
says something of days of which next to nothing is reported; it takes seconds, not milliseconds.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic.hindsight import LEAST_SHARE
from linli.analysis.epidemic.nowcast import LEVELS, Nowcast, checked_triangle
from linli.errors import N_, BadInput

Floats = NDArray[np.float64]
WEEK = 7
MOST_PAST_DAYS = 30  # of the serial interval that are used
LEAST_SPREAD = 1e-6
LEAST_LEVEL = 0.1  # expected cases a day, so that an outbreak can begin again


class NoBayes(BadInput):
    """The packages of the extra are not installed."""

    code = "no_bayes"
    sentence = N_(
        "A renewal nowcast needs packages that are not installed. Run: pip install 'linli[bayes]', "
        "or use --method ladder."
    )


@dataclass(frozen=True)
class Sampling:
    """How the posterior is drawn: chains one after the other, draws each, and the seed."""

    chains: int = 2
    warmup: int = 400
    draws: int = 400
    seed: int = 1


@dataclass(frozen=True)
class Renewal:
    """A nowcast (one area), and R by week of onset: arrays (weeks, levels).

    ``worst_r_hat``: how far the chains disagree; above 1.05 do not trust it.
    """

    now: Nowcast
    r: Floats
    worst_r_hat: float


def renewal_nowcast(
    counts: NDArray,
    interval: Floats,
    *,
    levels: tuple[float, ...] = LEVELS,
    sampling: Sampling | None = None,
) -> Renewal:
    """Expect of each day what the days before infect, and what is reported by now, together.

    Parameters
    ----------
    counts
        The reporting triangle of one area, shape (1, days, delays); NaN where the report is still
        to come.
    interval
        Chances of a serial interval of 0, 1, 2 ... days.

    Raises
    ------
    NoBayes
        Where NumPyro is not installed.

    Source
    ------
    The renewal equation with R as a weekly random walk on a logarithmic scale, and a negative
    binomial for what is counted, as in Abbott et al. (2020),
    doi:10.12688/wellcomeopenres.16006.2; one distribution of delays from the truncated counts as in
    Lawless (1994), doi:10.2307/3315820. Priors are ours and weak: log R moves by some 0.3 a week.
    """
    table = checked_triangle(counts)
    if table.shape[0] != 1:
        raise BadInput(N_("A renewal nowcast is of one area; this has {n}."), n=table.shape[0])
    how = sampling or Sampling()
    jax, numpyro = _packages()
    data = _Data.of(table[0], interval)
    infer = import_module("numpyro.infer")
    kernel = infer.NUTS(_model(jax, numpyro, data), init_strategy=infer.init_to_median())
    sampler = infer.MCMC(
        kernel, num_warmup=how.warmup, num_samples=how.draws, num_chains=how.chains,
        chain_method="sequential", progress_bar=False,
    )  # fmt: skip
    sampler.run(jax.random.PRNGKey(how.seed))
    by_chain = {k: np.asarray(v) for k, v in sampler.get_samples(group_by_chain=True).items()}
    worst = max(float(np.max(_r_hat(by_chain[name]))) for name in ("log_r", "wide"))
    drawn = {name: values.reshape(-1, *values.shape[2:]) for name, values in by_chain.items()}
    return Renewal(
        _told(data, drawn, levels, how.seed),
        np.quantile(np.exp(drawn["log_r"]), levels, axis=0).T,
        worst,
    )


@dataclass(frozen=True)
class _Data:
    """``by_delay``: (delays,) counts; ``so_far``: (days,); ``age``: known delays of each day."""

    table: Floats
    so_far: Floats
    age: NDArray[np.int64]
    chances: Floats  # of a serial interval of 1, 2 ... days
    week: NDArray[np.int64]

    @classmethod
    def of(cls, table: Floats, interval: Floats) -> "_Data":
        n_days, n_delays = table.shape
        age = np.minimum(n_days - 1 - np.arange(n_days), n_delays - 1)
        chances = np.asarray(interval, dtype=np.float64)[1 : MOST_PAST_DAYS + 1]
        return cls(
            np.nan_to_num(table), np.nansum(table, axis=1), age, chances / chances.sum(),
            np.arange(n_days) // WEEK,
        )  # fmt: skip


def _model(jax: Any, numpyro: Any, data: _Data) -> Any:
    """Priors and likelihood as NumPyro reads them."""
    jnp, dist = jax.numpy, numpyro.distributions
    n_delays, n_weeks = data.table.shape[1], int(data.week[-1]) + 1
    begin = np.log(data.so_far[:WEEK].mean() + 1)
    back = jnp.array(data.chances[::-1])

    def model() -> None:
        first = numpyro.sample("first", dist.Normal(begin, 1.0))
        start = numpyro.sample("log_r_0", dist.Normal(0.5, 0.7))
        pace = numpyro.sample("pace", dist.HalfNormal(0.3))
        moves = numpyro.sample("moves", dist.Normal(jnp.zeros(n_weeks - 1), 1.0))
        steps = jnp.concatenate([jnp.zeros(1), pace * jnp.cumsum(moves)])
        log_r = numpyro.deterministic("log_r", start + steps)
        delays = numpyro.sample("delays", dist.Dirichlet(jnp.ones(n_delays)))
        wide = numpyro.sample("wide", dist.HalfNormal(0.5))

        def day(past: Any, r: Any) -> tuple[Any, Any]:
            new = r * (past @ back) + LEAST_LEVEL
            return jnp.concatenate([past[1:], new[None]]), new

        seeded = jnp.full(len(data.chances), jnp.exp(first))
        _, expected = jax.lax.scan(day, seeded, jnp.exp(log_r)[data.week])
        numpyro.deterministic("expected", expected)
        share = jnp.cumsum(delays)[data.age]
        numpyro.deterministic("share", share)
        # Of a day's reports by now, each delay as far as it can be known by now.
        log_delays = jnp.log(delays) * data.table.sum(axis=0)
        numpyro.factor("split", log_delays.sum() - (data.so_far * jnp.log(share)).sum())
        numpyro.sample(
            "so_far",
            dist.NegativeBinomial2(
                expected * share, 1 / (wide**2 + LEAST_SPREAD), validate_args=False
            ),
            obs=data.so_far,
        )

    return model


def _told(data: _Data, drawn: dict[str, Floats], levels: tuple[float, ...], seed: int) -> Nowcast:
    """Draws of what is still to come, given what is reported, as a nowcast."""
    dice = np.random.default_rng(seed)
    expected = drawn["expected"].astype(np.float64)
    share = np.minimum(drawn["share"].astype(np.float64), 1.0)  # sums of single precision
    size = 1 / (drawn["wide"][:, None] ** 2 + LEAST_SPREAD)
    level = dice.gamma(size + data.so_far, 1 / (size + expected * share))
    missing = dice.poisson(expected * (1 - share) * level)
    whole = data.so_far + missing
    middle = share.mean(axis=0)
    return Nowcast(
        data.so_far[None],
        whole.mean(axis=0)[None],
        np.quantile(whole, levels, axis=0, method="inverted_cdf").T[None],
        levels,
        middle[None],
        (middle >= LEAST_SHARE)[None],
        1.0,
    )


def _r_hat(draws: Floats) -> Floats:
    """How much more the chains differ than the draws within; 1 is best. Shape (chains, draws, ..)

    Source: Gelman and Rubin (1992), doi:10.1214/ss/1177011136.
    """
    n = draws.shape[1]
    within = draws.var(axis=1, ddof=1).mean(axis=0)
    between = draws.mean(axis=1).var(axis=0, ddof=1) if draws.shape[0] > 1 else 0.0 * within
    return np.sqrt((n - 1) / n + between / np.maximum(within, 1e-12))


def _packages() -> tuple[Any, Any]:
    try:
        return import_module("jax"), import_module("numpyro")
    except ImportError:
        raise NoBayes from None
