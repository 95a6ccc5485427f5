"""Are scores what a reader can work out, and do they keep their laws?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from linli.analysis.evaluation import diagnosis, framework, uncertainty
from linli.analysis.evaluation.evaluate import default_recipe, evaluate
from linli.analysis.evaluation.framework import WrongFramework, read_framework
from linli.analysis.evaluation.recipe import Aggregate, Impute, Normalise, Recipe, Treat
from linli.analysis.evaluation.table import Missing, Table, WrongCell, read_table
from linli.errors import BadInput

SMALL = read_framework(
    "id,parent,kind,name_en,direction,weight,worst,best,phase\n"
    "all,,group,All,,,,,\n"
    "a,all,group,A,,1,,,\n"
    "a1,a,indicator,A1,+,1,0,10,\n"
    "a2,a,indicator,A2,-,3,10,0,\n"
    "b,all,group,B,,1,,,\n"
    "b1,b,indicator,B1,+,,0,100,response\n"
    "b2,b,indicator,B2,+,,0,100,\n",
    name="small",
)
VALUES = arrays(np.float64, (5, 4), elements=st.integers(1, 9).map(float))


def table(values, columns=("a1", "a2", "b1", "b2")) -> Table:
    values = np.asarray(values, dtype=float)
    return Table(tuple(f"u{k}" for k in range(len(values))), columns, values)


def test_a_score_is_the_weighted_mean_up_the_tree():
    result = evaluate(table([[5, 2, 50, 100], [0, 10, 0, 0]]), SMALL)

    assert result.of("a").tolist() == [72.5, 0]  # (50 + 3 x 80) / 4
    assert result.of("b").tolist() == [75, 0]
    assert result.score.tolist() == [73.75, 0]
    assert result.ranks.tolist() == [1, 2]


def test_another_phase_switches_indicators_off_instead_of_scoring_them_zero():
    phased = read_framework(
        "id,parent,kind,name_en,direction,worst,best,phase\nall,,group,All,,,,\n"
        "x,all,indicator,X,+,0,10,response\ny,all,indicator,Y,+,0,10,peacetime\n",
        name="phased",
    )

    result = evaluate(table([[10, 0]], ("x", "y")), phased, Recipe(phase="response"))

    assert result.score.tolist() == [100]
    assert "y" not in result.tree.ids


def test_what_nobody_collected_is_left_out_with_its_reason():
    result = evaluate(table([[5, 2, 50]], ("a1", "a2", "b1")), SMALL)

    assert result.left_out == (("b2", "not collected"),)
    assert result.score.tolist() == [61.25]


def test_a_unit_with_too_little_has_no_score_and_says_why():
    result = evaluate(table([[5, 2, np.nan, np.nan], [5, 2, 1, 1]]), SMALL)

    assert np.isnan(result.score[0])
    assert "b" in result.why_no_score(0)
    assert result.missing_share.tolist() == [0.5, 0]


@pytest.mark.parametrize("way", [i for i in Impute if i is not Impute.NONE])
def test_imputing_fills_every_gap_and_keeps_what_was_there(way):
    dice = np.random.default_rng(4)
    values = dice.normal(50, 10, (30, 4))
    values[3, 1], values[7, 2] = np.nan, np.nan
    units = replace(table(values), groups=("x",) * 15 + ("y",) * 15)

    result = evaluate(units, SMALL, Recipe(impute=way))

    assert not np.isnan(result.filled).any()
    there = ~np.isnan(values)
    assert (result.filled[there] == values[there]).all()
    assert result.missing_share[3] == 0.25


def test_em_recovers_a_value_that_another_indicator_foretells():
    x = np.arange(40.0)
    values = np.column_stack([x, 2 * x + np.sin(x) / 10, np.cos(x), np.sin(x)])
    truth = values[20, 1]
    values[20, 1] = np.nan

    filled = evaluate(table(values), SMALL, Recipe(impute=Impute.EM)).filled

    assert filled[20, 1] == pytest.approx(truth, abs=0.5)


def test_winsorising_moves_one_outlier_to_the_next_value():
    values = np.array([[float(k), 1, 1, 1] for k in range(1, 12)])
    values[-1, 0] = 1000

    result = evaluate(table(values), SMALL, Recipe(treat=Treat.WINSORISE))

    assert result.treated[:, 0].max() == 10
    assert result.treatments[0] == "winsorised 1"


def test_hdi_gives_published_values():
    """UNDP, Human Development Report 2021/2022, table 1; inputs there are rounded."""
    units = table(
        [[84.0, 16.5, 13.9, 66933], [83.2, 18.2, 13.0, 64660], [82.7, 19.2, 13.8, 55782]],
        ("LE", "EYS", "MYS", "GNI"),
    )

    assert evaluate(units, framework.shipped("hdi")).score == pytest.approx(
        [0.962, 0.961, 0.959], abs=0.001
    )


def test_svi_ranks_ties_low_rounds_before_it_adds_and_leaves_gaps_out_of_n():
    svi = framework.shipped("svi")
    names = tuple(n.id for n in svi.indicators)
    values = np.tile(np.array([[1.0], [2], [2], [3]]), (1, 16))

    result = evaluate(table(values, names), svi)

    assert result.normalised[:, 0].tolist() == [0, 0.3333, 0.3333, 1]
    assert result.of("T1").tolist() == pytest.approx([0, 1.6665, 1.6665, 5])
    assert result.percentiles("T1").tolist() == [0, 0.3333, 0.3333, 1]
    values[0, 0] = np.nan
    again = evaluate(table(values, names), svi)
    assert again.normalised[1:, 0].tolist() == [0, 0, 1]
    assert np.isnan(again.of("T1")[0])


def test_conditions_that_are_not_met_fail_whatever_the_points():
    demo = framework.shipped("demonstration")
    head = [n.id for n in demo.nodes if n.kind != "group"]
    full = {n.id: n.best for n in demo.indicators} | {"V1": 1, "V2": 1, "V3": 1}
    lines = [",".join(["id", *head])]
    for unit, veto in (("met", 1), ("unmet", 0)):
        lines.append(",".join([unit, *[str((full | {"V2": veto})[h]) for h in head]]))

    result = evaluate(read_table("\n".join(lines), demo), demo)

    assert result.score.tolist() == [20, 20]
    assert result.passed.tolist() == [True, False]


@pytest.mark.parametrize("name", framework.framework_names())
def test_every_shipped_framework_scores_a_table_of_its_own_columns(name):
    shipped = framework.shipped(name)
    names = tuple(n.id for n in shipped.indicators)
    spread = np.random.default_rng(1).uniform(0.2, 0.8, (6, len(names)))
    low = np.array([n.worst or 0 for n in shipped.indicators])
    high = np.array([n.best or 1 for n in shipped.indicators])
    values = low + spread * (high - low)

    result = evaluate(table(values, names), shipped)

    assert not np.isnan(result.score).any()


def test_the_reconstruction_says_so_and_never_adds_outcomes_to_capacity():
    community = framework.shipped("community")

    assert "reconstruction" in community.facts["title"]
    assert len(community.indicators) == 60
    under = [n for n in community.nodes if n.parent == "capacity"]
    assert [n.id for n in under] == ["D1", "D2", "D3", "D4"]
    assert community.role("outcomes") is framework.Role.OUTCOME
    assert not [n.id for n in community.nodes if n.target_kind == "baseline" and n.target]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x,all,indicator,X,+,,5,5,", "worst and best are both 5"),
        ("x,all,indicator,X,-,,0,10,", "run against the direction"),
        ("x,none,indicator,X,+,,0,10,", "no group of this file"),
        ("a1,all,indicator,X,+,,0,10,", "stands on line 4 already"),
        ("x,all,indicator,X,+,-1,0,10,", "a weight is 0 or more"),
        ("x,all,indicator,X,?,,0,10,", "say + or -"),
        ("x,all,thing,X,+,,0,10,", "say one of group"),
        ("x,all,indicator,X,+,many,0,10,", "no number"),
        ("x,all,indicator,X,+,,0,,", "give both or none"),
        ("x,all,group,X,,,,,", "holds nothing"),
    ],
)
def test_a_wrong_framework_is_refused_with_line_and_reason(line, reason):
    text = (
        "id,parent,kind,name_en,direction,weight,worst,best,phase\nall,,group,All,,,,,\n"
        "a,all,group,A,,1,,,\na1,a,indicator,A1,+,1,0,10,\n" + line + "\n"
    )

    with pytest.raises(WrongFramework, match=f"line 5: .*{reason.replace('+', '.')}"):
        read_framework(text, name="mine")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,a1,a2\nu,many,2\n", "Line 2, column a1: 'many' is no number"),
        ("id,a1,a2\nu,1,2\nu,3,4\n", "Line 3, column id: u stands on line 2 already"),
        ("id,group,a1\nu,x,2\nv,,3\n", "Line 3, column group: the group is empty"),
        ("id,a1,zz\nu,1,2\n", "Line 1, column zz: small has no such indicator"),
        ("name,a1\nu,1\n", "Line 1, column id: there is no column id"),
        ("id,a1,a2\nu,1\n", "Line 2, column a1: the line has 2 cells"),
        ("id,a1,a2\nu,,2\nv,3,\nw,,4\n", "Line 2, column a1: it is empty, as are 50%"),
    ],
)
def test_a_wrong_table_is_answered_with_the_cell_and_the_remedy(text, told):
    with pytest.raises(WrongCell) as refused:
        read_table(text, SMALL)

    assert refused.value.tell().startswith(told)


def test_a_gap_with_a_reason_is_kept_with_it():
    read = read_table("id,a1,a2,b1\nu,not applicable,2,3\nv,1,2,suppressed\n", SMALL)

    assert read.reason(0, 0) is Missing.NOT_APPLICABLE
    assert read.reason(1, 2) is Missing.SUPPRESSED
    assert np.isnan(read.values[0, 0])


def test_a_constant_column_is_named_with_its_remedy():
    with pytest.raises(BadInput, match=r"a2 is 4 for every unit.*Leave it out"):
        evaluate(table([[1, 4, 1, 1], [2, 4, 2, 2]]), SMALL, Recipe(normalise=Normalise.MIN_MAX))


def test_a_geometric_mean_of_zero_names_the_cell():
    recipe = Recipe(levels=(Aggregate.GEOMETRIC,))

    with pytest.raises(BadInput, match="geometric mean of a does not exist: 0 at row 1, part 0"):
        evaluate(table([[1, 1, 1, 1], [0, 1, 1, 1]]), SMALL, recipe)


@given(VALUES, st.floats(0.1, 50))
def test_scaling_all_weights_changes_nothing(values, times):
    heavier = replace(
        SMALL, nodes=tuple(replace(n, weight=(n.weight or 1) * times) for n in SMALL.nodes)
    )
    even = replace(SMALL, nodes=tuple(replace(n, weight=n.weight or 1) for n in SMALL.nodes))

    assert evaluate(table(values), heavier).score == pytest.approx(
        evaluate(table(values), even).score
    )


@given(VALUES, st.permutations(range(5)))
def test_permuting_units_permutes_results(values, order):
    plain = evaluate(table(values), SMALL)

    assert evaluate(table(values[order]), SMALL).score == pytest.approx(plain.score[order])
    assert (evaluate(table(values[order]), SMALL).ranks == plain.ranks[order]).all()


@given(VALUES, st.integers(0, 4), st.sampled_from([0, 2, 3]), st.sampled_from(list(Aggregate)[:4]))
def test_raising_an_indicator_never_lowers_a_unit(values, unit, column, by):
    recipe, better = Recipe(levels=(by,), floor=1e-6), values.copy()
    better[unit, column] += 1

    before, after = (evaluate(table(v), SMALL, recipe).score[unit] for v in (values, better))

    assert after >= before - 1e-9


@given(VALUES, VALUES)
def test_goalposts_do_not_care_for_other_units(values, others):
    mixed = np.vstack([values[:1], others[1:]])

    assert evaluate(table(values), SMALL).score[0] == evaluate(table(mixed), SMALL).score[0]


@given(VALUES)
def test_contributions_add_to_the_score_and_to_differences(values):
    plain = evaluate(table(values), SMALL)
    uneven = evaluate(table(values), SMALL, Recipe(levels=(Aggregate.GEOMETRIC, Aggregate.POWER)))

    assert diagnosis.contributions(plain).sum(axis=1) == pytest.approx(plain.score)
    assert diagnosis.contributions(uneven, reference=0).sum(axis=1) == pytest.approx(
        uneven.score - uneven.score[0], abs=1e-6
    )


def test_what_sets_two_units_apart_adds_up_even_where_their_gaps_differ():
    result = evaluate(table([[5, 2, 50, np.nan], [3, 4, 20, 10]]), SMALL, Recipe(least_share=0.5))

    parts, gaps = diagnosis.apart(result, 0, 1)

    assert parts.sum() + gaps == pytest.approx(result.score[0] - result.score[1])
    assert parts[:2].tolist() == [2.5, 7.5]
    assert gaps != 0
    assert diagnosis.apart(result, 1, 1) == (pytest.approx([0] * 4), 0)


def test_the_need_that_gains_most_comes_first_with_what_it_takes():
    first, second, *_ = diagnosis.needs(evaluate(table([[5, 10, 50, 90]]), SMALL), 0)

    assert (first.indicator, first.gain) == ("a2", pytest.approx(37.5))
    assert first.takes == -10  # from 10 down to 0
    assert (second.indicator, second.gain, second.takes) == ("b1", 12.5, 50)


def test_leaving_an_indicator_out_gives_score_and_rank_without_it():
    result = evaluate(table([[10, 10, 0, 0], [0, 5, 10, 10]]), SMALL)

    told, ranks = diagnosis.without_each(result)

    assert told[:, 1].tolist() == [50, 5]
    assert ranks[:, 1].tolist() == [1, 2]


def test_change_over_time_is_split_by_indicator():
    before, after = (evaluate(table(v), SMALL) for v in ([[5, 10, 50, 90]], [[5, 8, 60, 90]]))

    (change,) = diagnosis.changes(before, after)

    assert change.after - change.before == pytest.approx(10)
    assert change.by_indicator == pytest.approx({"a1": 0, "a2": 7.5, "b1": 2.5, "b2": 0})


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_a_replicate_is_the_evaluation_with_its_parameters(seed):
    base = evaluate(table(np.random.default_rng(3).uniform(1, 9, (6, 4))), SMALL)
    options = (Normalise.GOALPOSTS, Normalise.MIN_MAX, Normalise.PERCENTILE)
    levels = ((Aggregate.ARITHMETIC,), (Aggregate.POWER,))
    plan = uncertainty.Plan(
        (uncertainty.Choice("normalise", options), uncertainty.Choice("levels", levels)),
        n=16,
        seed=seed,
    )

    ran = uncertainty.uncertainty(base, plan)

    for number in range(16):
        alone = evaluate(base.table, SMALL, replace(base.recipe, **ran.parameters(number)))
        assert ran.scores[:, number] == pytest.approx(alone.score)
        assert (ran.ranks[:, number] == alone.ranks).all()


def test_a_replicate_that_fails_keeps_its_reason_and_the_others_go_on():
    base = evaluate(table([[1, 4, 1, 1], [2, 4, 2, 2]]), SMALL)
    choice = uncertainty.Choice("normalise", (Normalise.GOALPOSTS, Normalise.MIN_MAX))

    ran = uncertainty.uncertainty(base, uncertainty.Plan((choice,), n=8, seed=1))

    assert len(ran.failures) == 4
    assert all("a2 is 4 for every unit" in reason for reason in ran.failures.values())
    assert np.isnan(ran.scores[:, list(ran.failures)]).all()
    assert not np.isnan(ran.rank_interval()).any()


def test_noise_on_weights_cannot_move_a_unit_that_leads_everywhere():
    base = evaluate(table([[9, 1, 90, 90], [5, 5, 50, 50], [1, 9, 10, 10]]), SMALL)
    plan = uncertainty.Plan((uncertainty.Noise(0.5),), n=64, seed=2)

    ran = uncertainty.uncertainty(base, plan)

    assert ran.rank_interval().tolist() == [[1, 1, 1], [2, 2, 2], [3, 3, 3]]
    assert ran.share_in_top(1).tolist() == [1, 0, 0]
    assert ran.share_in_top(1, bottom=True).tolist() == [0, 0, 1]


def test_sensitivity_blames_the_only_choice_that_matters():
    base = evaluate(table(np.random.default_rng(5).uniform(1, 9, (8, 4))), SMALL)
    plan = uncertainty.Plan(
        (
            uncertainty.Choice("normalise", (Normalise.GOALPOSTS, Normalise.PERCENTILE)),
            uncertainty.Choice("most_skew", (2.0, 2.5)),
        ),
        n=256,
        seed=3,
    )

    found = uncertainty.sensitivity(base, plan)

    assert found.score.total[0] == pytest.approx(1, abs=0.05)
    assert found.score.total[1] == pytest.approx(0, abs=1e-12)
    assert found.rank.first.shape == (2, 8)


def test_the_same_input_has_the_same_fingerprint_and_another_has_not():
    one, two, other = (evaluate(table([[1, 2, 3, x]]), SMALL) for x in (4, 4, 5))

    assert one.fingerprint == two.fingerprint != other.fingerprint


def test_an_unknown_choice_is_refused_with_those_there_are():
    with pytest.raises(BadInput, match="Choose one of: none, mean"):
        default_recipe(SMALL, impute="guess")
