"""Do the methods give the numbers that their papers print?"""

import numpy as np
import pytest

from linli.analysis.evaluation import ahp, fuzzy, ranking, sobol, weights
from linli.analysis.evaluation.aggregation import aggregated
from linli.analysis.evaluation.recipe import Aggregate
from linli.errors import BadInput

PLOSKAS = np.array(
    [[8, 7, 2, 1], [5, 3, 7, 5], [7, 5, 6, 4], [9, 9, 7, 3], [11, 10, 3, 7], [6, 9, 5, 4]], float
)
PLOSKAS_WEIGHTS = np.array([0.4, 0.3, 0.1, 0.2])


def full(upper: list[list[float]]) -> np.ndarray:
    """A reciprocal matrix from the rows right of its diagonal."""
    n = len(upper) + 1
    matrix = np.eye(n)
    for i, row in enumerate(upper):
        for k, value in enumerate(row):
            matrix[i, i + 1 + k], matrix[i + 1 + k, i] = value, 1 / value
    return matrix


def test_ahp_weighs_drinks_as_saaty_printed():
    """Saaty (2008), doi:10.1504/IJSSCI.2008.017590, the consumption of drinks in the US."""
    drinks = full(
        [[9, 5, 2, 1, 1, 1 / 2], [1 / 3, *[1 / 9] * 4], [1 / 3, 1 / 4, 1 / 3, 1 / 9],
         [1 / 2, 1, 1 / 3], [2, 1 / 2], [1 / 3]]
    )  # fmt: skip

    found = ahp.priorities(drinks)

    assert found.weights.round(3).tolist() == [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    assert round(found.ratio, 3) == 0.022
    assert found.is_consistent


def test_a_missing_comparison_is_the_one_that_makes_the_rest_most_consistent():
    known = np.array([[1, 2, np.nan], [1 / 2, 1, 3], [np.nan, 1 / 3, 1]])

    found = ahp.priorities(known)

    assert found.completed[0, 2] == pytest.approx(6, abs=1e-5)  # 2 x 3, so nothing contradicts
    assert found.ratio == pytest.approx(0, abs=1e-6)


def test_the_missing_comparison_of_bozoki_is_found():
    """Bozóki et al. (2010), doi:10.1016/j.mcm.2010.02.047, example 3: x = 0.7302965."""
    known = np.array([[1, 1, 5, 2], [1, 1, 3, 4], [1 / 5, 1 / 3, 1, np.nan],
                      [1 / 2, 1 / 4, np.nan, 1]])  # fmt: skip

    found = ahp.priorities(known)

    assert found.completed[2, 3] == pytest.approx(0.7302965, abs=1e-6)
    assert found.completed[3, 2] == pytest.approx(1 / 0.7302965, abs=1e-5)


def test_things_never_compared_with_each_other_are_sent_back():
    apart = np.full((4, 4), np.nan)
    apart[:2, :2], apart[2:, 2:] = [[1, 2], [0.5, 1]], [[1, 3], [1 / 3, 1]]

    with pytest.raises(ahp.NotComparable, match="never compared"):
        ahp.priorities(apart)


def test_experts_meet_at_the_geometric_mean():
    one, two = full([[2.0]]), full([[8.0]])

    assert ahp.together([one, two])[0, 1] == pytest.approx(4)


def test_entropy_gives_the_weights_of_xu():
    """Xu (2004), doi:10.1016/S0377-2217(03)00146-2."""
    matrix = np.array([[30, 30, 38, 29], [19, 54, 86, 29], [19, 15, 85, 28.9], [68, 70, 60, 29]])

    assert weights.entropy(matrix).round(4).tolist() == [0.4630, 0.3992, 0.1378, 0.0000]


def test_critic_gives_the_weights_of_tus_and_aytac():
    """Tuş and Aytaç Adalı (2019), doi:10.1007/s12597-019-00371-6."""
    matrix = np.array(
        [[5000, 3, 3, 4, 3, 2], [680, 5, 3, 2, 2, 1], [2000, 3, 2, 3, 4, 3], [600, 4, 3, 1, 2, 2],
         [800, 2, 4, 3, 3, 4]], float
    )  # fmt: skip
    printed = [0.157, 0.249, 0.168, 0.121, 0.154, 0.151]

    assert weights.critic(matrix).round(3).tolist() == printed


def test_merec_gives_the_weights_of_its_paper():
    """Keshavarz-Ghorabaee et al. (2021), doi:10.3390/sym13040525, the first example."""
    matrix = np.array(
        [[450, 8000, 54, 145], [10, 9100, 2, 160], [100, 8200, 31, 153], [220, 9300, 1, 162],
         [5, 8400, 23, 158]], float
    )  # fmt: skip
    more_is_better = np.column_stack([matrix[:, :2], 1 / matrix[:, 2:]])

    assert weights.merec(more_is_better).round(4).tolist() == [0.5752, 0.0141, 0.4016, 0.0091]


def test_topsis_gives_the_closeness_of_papathanasiou_and_ploskas():
    """Papathanasiou and Ploskas (2018), doi:10.1007/978-3-319-91648-4_1."""
    found = ranking.topsis(PLOSKAS, PLOSKAS_WEIGHTS)

    assert found.scores.round(3).tolist() == [0.387, 0.327, 0.391, 0.615, 0.868, 0.493]
    assert found.scaling == "vector"


def test_vikor_gives_the_compromise_of_papathanasiou_and_ploskas():
    """Papathanasiou and Ploskas (2018), doi:10.1007/978-3-319-91648-4_2, v = 0.625."""
    found = ranking.vikor(PLOSKAS, PLOSKAS_WEIGHTS, majority=0.625)

    assert found.q.round(3).tolist() == [0.640, 1.000, 0.693, 0.271, 0.000, 0.694]


def test_mpi_takes_the_variance_over_the_mean_from_the_mean():
    parts = np.array([[110.0, 90.0], [100.0, 100.0]])  # mean 100, variance 100 and 0

    assert aggregated(parts, np.ones(2), by=Aggregate.MPI).tolist() == [99.0, 100.0]


def test_the_benefit_of_the_doubt_lets_a_specialist_shine_until_bounds_forbid_it():
    values = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.25, 0.25]])

    free, _ = weights.benefit_of_doubt(values)
    bounded, _ = weights.benefit_of_doubt(np.array([[1.0, 0.5], [0.5, 1.0]]), least=0.4)

    assert free.round(9).tolist() == [1, 1, 1, 0.5]
    assert (bounded <= 1 + 1e-9).all()


def test_the_benefit_of_the_doubt_meets_the_stores_of_cooper_seiford_and_tone():
    """Cooper, Seiford and Tone (2007), doi:10.1007/978-0-387-45283-8, section 1.4: seven stores.

    Two outputs and one input that is the same for all, so that it is the benefit of the doubt.
    They print A 0.714 and D 0.75, with B, E, F and G efficient.
    """
    stores = np.array([[1, 5], [2, 7], [3, 4], [4, 3], [4, 6], [5, 5], [6, 2]], float)

    scores, _ = weights.benefit_of_doubt(stores)

    assert scores.round(3).tolist() == [0.714, 1, 0.7, 0.75, 1, 1, 1]


def test_copeland_counts_duels():
    values = np.array([[3.0, 3.0], [2.0, 2.0], [1.0, 1.0]])

    assert ranking.copeland(values, np.ones(2)).tolist() == [2, 0, -2]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_indices_of_ishigami_are_within_five_thousandths(seed):
    """Ishigami and Homma (1990), doi:10.1109/ISUMA.1990.151285, a = 7, b = 0.1."""

    def ishigami(u):
        x = np.pi * (2 * u - 1)
        return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])

    found = sobol.sobol(ishigami, n=8192, d=3, seed=seed)

    assert found.first[:, 0] == pytest.approx([0.31391, 0.44241, 0.0], abs=0.005)
    assert found.total[:, 0] == pytest.approx([0.55759, 0.44241, 0.24368], abs=0.005)
    assert found.warnings == ()


@pytest.mark.parametrize("way", ["entropy", "critic", "merec", "pca"])
def test_no_gap_enters_a_way_of_weighting(way):
    with pytest.raises(BadInput, match="row 1, column 0 is missing"):
        weights.weights_from(np.array([[1.0, 2], [np.nan, 3], [2, 5]]), by=weights.Weighting(way))


def test_principal_components_that_contradict_each_other_are_refused():
    x = np.arange(6.0)

    with pytest.raises(weights.NoWeights, match="runs against the rest"):
        weights.principal(np.column_stack([x, x + np.array([0, 1, 0, 1, 0, 1]), -x]))


def test_fuzzy_evaluation_joins_weights_and_memberships_by_its_four_operators():
    belongs = np.array([[0.2, 0.8], [0.6, 0.4]])
    weighed = np.array([0.5, 0.5])

    told = {o: fuzzy.comprehensive(belongs, weighed, operator=o).round(4) for o in fuzzy.Operator}

    assert told["product_sum"].tolist() == [0.4, 0.6]
    assert told["min_max"].tolist() == [0.5, 0.5]
    assert told["product_max"].tolist() == [0.4286, 0.5714]  # 0.3 and 0.4
    assert told["min_sum"].tolist() == [0.4375, 0.5625]  # 0.7 and 0.9


def test_a_value_between_two_grades_belongs_to_both():
    belongs = fuzzy.memberships(np.array([50.0, 65.0, 120.0]), np.array([40.0, 60.0, 80.0]))

    assert belongs.tolist() == [[0.5, 0.5, 0], [0, 0.75, 0.25], [0, 0, 1]]


def test_weights_combine_by_their_mean_or_by_their_product():
    one, two = np.array([0.5, 0.5]), np.array([0.1, 0.9])

    assert weights.combined(one, two).tolist() == pytest.approx([0.3, 0.7])
    assert weights.combined(one, two, product=True).tolist() == pytest.approx([0.1, 0.9])


def test_importance_follows_what_moves_the_score():
    values = np.array([[1.0, 5], [2, 5], [3, 5]])

    assert weights.effective_importance(values, values[:, 0]).tolist() == [1, 0]


def test_topsis_says_which_scaling_it_used_since_the_order_may_turn_on_it():
    values = np.array([[1.0, 9], [5, 6], [9, 1]])
    found = {s: ranking.topsis(values, np.array([0.5, 0.5]), scaling=s) for s in ranking.Scaling}

    assert {c.scaling for c in found.values()} == set(ranking.Scaling)
    assert len({tuple(c.scores.round(6)) for c in found.values()}) > 1
