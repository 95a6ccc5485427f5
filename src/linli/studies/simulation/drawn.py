"""How does a what-if look? One series of every choice with its bands, and marks by number."""

from collections.abc import Mapping, Sequence

from linli.analysis.simulation.words import SERIES_NAMES
from linli.errors import N_
from linli.studies import pictures
from linli.studies.simulation.followed import Bands, Marked, Translate, numbers_by_day

WORDS = {
    "before": N_("before"),
    "day": N_("Day; bands hold one more world in nine cases of ten"),
    "people": N_("People a day"),
}


def curves(
    series: str,
    bands: Mapping[str, Bands],
    marks: Sequence[Marked],
    *,
    past: Sequence[float] = (),
    translate: Translate,
) -> str:
    """A series of every choice as a picture; ``past``: what is known of the days before."""
    drawn = []
    for name, (low, middle, high) in bands.items():
        days = list(range(len(middle)))
        drawn.append(pictures.Series(name, days, list(middle), low=list(low), high=list(high)))
    days = list(range(-len(past), 0))
    if past:
        before = pictures.Series(translate(WORDS["before"]), days, list(past), dashed=True)
        drawn.append(before)
    n_days = max(len(series.x) for series in drawn)
    heads = [
        (float(day), numbers) for day, numbers in numbers_by_day(marks).items()
        if -len(past) <= day < n_days
    ]  # fmt: skip
    return pictures.lines(
        translate(SERIES_NAMES[series]), drawn, x_label=translate(WORDS["day"]),
        y_label=translate(WORDS["people"]), marks=heads,
    )  # fmt: skip
