"""Do the steps give what COINr's public articles print, where they print input and output?

Source: the articles "Outlier Treatment", "Normalisation", "Imputation" and "Aggregation" of COINr
1.1 (W. Becker, MIT), numbers only. The whole ASEM example is not printed anywhere: its 51 x 49
values are published as R's binary files only.
"""

import numpy as np
import pytest

from linli.analysis.evaluation.aggregation import aggregated
from linli.analysis.evaluation.framework import Kind, Node
from linli.analysis.evaluation.imputation import imputed
from linli.analysis.evaluation.normalisation import normalised
from linli.analysis.evaluation.recipe import Aggregate, Impute, Normalise, Recipe, Treat
from linli.analysis.evaluation.treatment import skew_and_kurtosis, treated

GAP = np.nan
CULTURE = np.array(  # patents, cultural services, cultural goods, tourists
    [
        [23.7, 0.13405, GAP, 11.519],
        [583.5, 2.20754, 16.182, 24.040],
        [3.6, 0.05780, 0.985, 6.509],
        [249.8, 1.79800, GAP, 17.242],
        [GAP, GAP, GAP, 3.315],
        [64.2, 1.15292, 7.555, 26.757],
        [0.3, 0.00266, 0.046, 0.404],
        [GAP, 0.08905, GAP, 2.907],
        [46.5, 0.34615, 1.213, 3.370],
        [7.2, 0.03553, 1.256, 0.966],
    ]
)


def test_skew_kurtosis_and_one_point_winsorised_are_those_of_its_article_on_outliers():
    values = np.array([*range(1, 11), 30, 100], float)[:, None]

    before = skew_and_kurtosis(values)
    drawn = treated(values, Recipe(treat=Treat.WINSORISE, most_winsorised=2))
    after = skew_and_kurtosis(drawn.values)

    assert (before[0][0], before[1][0]) == pytest.approx((3.063241, 9.741391), abs=5e-7)
    assert (after[0][0], after[1][0]) == pytest.approx((1.712038, 1.815781), abs=5e-7)
    assert drawn.values[-1, 0] == 30  # the one point takes the next highest value
    assert drawn.done == ("winsorised 1",)


def test_min_max_is_that_of_its_article_on_normalisation():
    values = np.array(
        [[0.87460066, 28.989230], [0.17494063, 67.838043], [0.03424133, 73.531960],
         [0.32038573, 19.595673], [0.40232824, 98.053967], [0.19566983, 74.152153],
         [0.40353812, 5.144628], [0.06366146, 53.021246], [0.38870131, 69.582388],
         [0.97554784, 68.855600]]
    )  # fmt: skip
    printed = np.array(
        [[89.275844, 25.66438], [14.947235, 67.47805], [0, 73.60652], [30.398642, 15.55392],
         [39.103831, 100], [17.149409, 74.27405], [39.232363, 0], [3.125456, 51.53047],
         [37.656170, 69.35552], [100, 68.57327]]
    )  # fmt: skip
    nodes = tuple(Node(name, "", Kind.INDICATOR, "", name) for name in "ab")

    found = normalised(values, nodes, Recipe(normalise=Normalise.MIN_MAX))

    assert found == pytest.approx(printed, abs=2e-5)  # the inputs are printed rounded


def test_means_and_the_medians_of_groups_fill_gaps_as_its_article_on_imputation_prints():
    by_mean = imputed(CULTURE, by=Impute.MEAN)
    by_group = imputed(CULTURE, by=Impute.GROUP_MEDIAN, groups=np.array(["a"] * 5 + ["b"] * 5))

    gaps = np.isnan(CULTURE)
    printed_means = [4.5395, 4.5395, 122.35, 0.6470778, 4.5395, 122.35, 4.5395]
    printed_medians = [8.5835, 8.5835, 136.75, 0.966025, 8.5835, 26.85, 1.2345]
    assert by_mean[gaps] == pytest.approx(printed_means, abs=5e-8)
    assert by_group[gaps] == pytest.approx(printed_medians, abs=5e-7)
    assert (by_mean[~gaps] == CULTURE[~gaps]).all()


def test_the_levels_of_asem_add_up_as_its_article_on_aggregation_prints():
    """Eight pillars, two sub-indexes and the index of the first five countries, three figures."""
    pillars = np.array(  # ConEcFin, Instit, P2P, Physical, Political | Environ, Social, SusEcFin
        [[12.6, 52.4, 39.50, 34.8, 52.5, 31.9, 71.9, 55.7],
         [26.2, 77.5, 54.10, 41.1, 78.2, 69.5, 72.8, 62.9],
         [48.2, 75.6, 43.30, 72.0, 80.8, 53.0, 86.2, 50.1],
         [13.3, 26.5, 5.85, 22.9, 32.4, 81.7, 27.5, 64.6],
         [24.6, 75.9, 27.10, 28.4, 67.5, 55.7, 53.3, 61.7]]
    )  # fmt: skip

    parts = [
        aggregated(part, np.ones(part.shape[1]), by=Aggregate.ARITHMETIC)
        for part in (pillars[:, :5], pillars[:, 5:])
    ]
    index = aggregated(np.column_stack(parts), np.ones(2), by=Aggregate.ARITHMETIC)

    assert parts[0] == pytest.approx([38.4, 55.4, 64.0, 20.2, 44.7], abs=0.1)
    assert parts[1] == pytest.approx([53.2, 68.4, 63.1, 57.9, 56.9], abs=0.1)
    assert index == pytest.approx([45.8, 61.9, 63.5, 39.0, 50.8], abs=0.1)
