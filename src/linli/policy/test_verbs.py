"""Can every power be said in words?"""

from linli.errors import NotAllowed
from linli.policy.can import Actor, Ask, Holding, can
from linli.policy.powers import POWERS
from linli.policy.roles import Role
from linli.policy.verbs import WORDS


def test_every_power_has_its_words_and_no_other_verb_has():
    assert set(WORDS) == set(POWERS)


def test_a_refusal_says_what_was_wanted_and_who_may():
    eve = Actor(7, (Holding(Role.ANALYST, "0002"),))
    takes = Ask("request.accept", frozenset({Role.GRID_WORKER}), "0001", says="accept")

    problems = [can(eve, Ask("areas.edit", POWERS["areas.edit"])).problem, can(eve, takes).problem]

    assert [problem.tell() for problem in problems if isinstance(problem, NotAllowed)] == [
        "analyst may not do this here: change areas. It takes one of: data officer.",
        "analyst may not do this here: accept. It takes one of: grid worker.",
    ]
