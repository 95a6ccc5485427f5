"""Do the estimates agree with what was published about the same outbreaks?

The records are read where they are at hand (LINLI_SHARED_DATA, or `shared/data` beside the
checkout); without them these tests are left out.
"""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmarks import _notices, tracing
from linli.analysis.dates.typed import parse_onset
from linli.analysis.epidemic.delays import delay
from linli.analysis.epidemic.offspring import offspring
from linli.analysis.epidemic.serial_interval import serial_interval
from linli.analysis.epidemic.waits import Family
from linli.errors import BadInput

FOLDER = _notices.shared_data()
pytestmark = pytest.mark.skipif(FOLDER is None, reason="The shared data is not here.")
Rows = list[dict[str, str]]


def rows(name: str) -> Rows:
    return _notices.rows(FOLDER or Path(), name)


def days(some: Rows, column: str) -> np.ndarray:
    return np.array([float(date.fromisoformat(row[column]).toordinal()) for row in some])


def gaps(some: Rows) -> np.ndarray:
    return np.array([float(row["onset_gap_days"]) for row in some])


def test_covid_pairs_of_china_have_the_serial_interval_of_their_authors():
    """Data of Ali et al. (2020), doi:10.1126/science.abc9004: mean 5.0, SD 5.2, 46 negative."""
    pairs = [r for r in rows("transmission_pairs_china_2020.csv")
             if r["infector_onset"] and r["infectee_onset"]]  # fmt: skip
    infector, infected = days(pairs, "infector_onset"), days(pairs, "infectee_onset")

    found = serial_interval(infector, infector, infected, infected)

    assert (found.n, found.n_negative) == (604, 46)
    assert found.mean.value == pytest.approx(5.0, abs=0.05)
    assert found.sd.value == pytest.approx(5.2, abs=0.05)


def test_mers_in_korea_had_the_serial_interval_that_was_seen_in_june():
    """Cowling et al. (2015), doi:10.2807/1560-7917.ES2015.20.25.21163: mean 12.6 days.

    They saw cases to 19 June. Of the final pairs, those whose infected fell ill by 5 June agree;
    all 98 have a longer mean, since the long intervals were still to come.
    """
    onset = {row["case"]: row["onset"] for row in rows("mers_korea_2015_cases.csv")}
    pairs = rows("mers_korea_2015_contacts.csv")
    early = [row for row in pairs if "" < onset[row["to_case"]] <= "2015-06-05"]
    nothing = np.zeros(len(early))

    then = serial_interval(nothing, nothing, gaps(early), gaps(early))
    zero = np.zeros(len(pairs))
    in_the_end = serial_interval(zero, zero, gaps(pairs), gaps(pairs))

    assert then.mean.low < 12.6 < then.mean.high
    assert in_the_end.n == 98
    assert in_the_end.mean.low > 12.6


def test_mers_in_korea_had_the_incubation_of_a_publication():
    """Virlogeux et al. (2016), doi:10.1038/srep35839: mean 6.9 days (6.3 to 7.5).

    Exposures there are known to some days only: this is the double censoring at work.
    """
    cases = [row for row in rows("mers_korea_2015_cases.csv")
             if row["onset"] and row["exposure_start"] and row["exposure_end"]]  # fmt: skip
    onset = days(cases, "onset")

    found = delay(
        days(cases, "exposure_start"), days(cases, "exposure_end"), onset, onset,
        family=Family.GAMMA,
    )  # fmt: skip

    assert found.mean.low < 6.9 < found.mean.high
    assert 6.3 < found.mean.value < 7.5


def test_mers_in_korea_was_spread_by_very_few():
    """Kucharski & Althaus (2015), doi:10.2807/1560-7917.ES2015.20.25.21167, took R below 1 and
    much superspreading from earlier clusters; three of these 162 cases infected 85 of 98."""
    cases = [row["case"] for row in rows("mers_korea_2015_cases.csv")]
    source = [row["from_case"] for row in rows("mers_korea_2015_contacts.csv")]

    found = offspring(np.array([source.count(case) for case in cases]))

    assert found.r.value == pytest.approx(98 / 162)
    assert found.k.high < 0.05
    assert found.share_of_cases_behind(0.8) < 0.03


def test_every_typed_onset_is_read_like_its_reference_or_refused_with_a_sentence():
    read, sentences, wrong = 0, [], []
    for row in rows("messy_onset_dates.csv"):
        try:
            found = parse_onset(row["raw_text"], written_on=date(2020, 2, 29))
        except BadInput as problem:
            sentences.append(str(problem))
            continue
        read += 1
        days_read = {found.earliest.isoformat(), found.latest.isoformat()}
        if row["reference_parse"] and days_read != {row["reference_parse"]}:
            wrong.append(row["raw_text"])

    assert wrong == []
    assert (read, len(sentences)) == (151, 29)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_explained_candidates_beat_the_join_in_provinces_they_have_not_seen():
    notices = _notices.read(FOLDER or Path())

    ours, naive = tracing.whole(notices, tracing.cross_validated(notices))

    recall, precision = float(naive.recall[-1]), float(naive.precision[-1])
    assert recall > 0.6
    assert ours.precision_at(recall) > precision + 0.08
    assert ours.average_precision > naive.average_precision + 0.08


def test_the_shipped_weights_are_those_that_the_notices_teach():
    taught = tracing.from_all(_notices.read(FOLDER or Path()))

    assert np.abs(taught.values - tracing.CHINA_2020.values).max() < 0.01
