"""Is a model solved the same way twice, and is the clash that is named a smallest one?"""

from ortools.sat.python.cp_model import CpModel

from linli.analysis.dispatch.cp import Outcome, clash, solve


def test_an_answer_comes_with_its_cost_and_the_bound():
    model = CpModel()
    x = model.new_int_var(3, 9, "x")
    model.minimize(2 * x)

    found = solve(model, {"x": x})

    assert (found.outcome, found.values, found.cost, found.bound) == (
        Outcome.OPTIMAL, {"x": 3}, 6, 6,
    )  # fmt: skip
    assert found.gap == 0


def test_what_cannot_be_has_no_answer():
    model = CpModel()
    x = model.new_int_var(0, 9, "x")
    model.add(x > 9)

    assert not solve(model, {"x": x}).has_answer


def test_only_the_rules_that_clash_are_named():
    model = CpModel()
    x = model.new_int_var(0, 100, "x")
    rules = {name: model.new_bool_var(name) for name in ("under", "even", "over", "small")}
    model.add(x < 10).only_enforce_if(rules["under"])
    model.add(x > 20).only_enforce_if(rules["over"])
    model.add(x <= 90).only_enforce_if(rules["small"])
    model.add_modulo_equality(0, x, 2)

    assert clash(model, rules) == ("under", "over")


def test_rules_that_can_all_hold_do_not_clash():
    model = CpModel()
    rules = {"one": model.new_bool_var("one")}

    assert clash(model, rules) == ()
