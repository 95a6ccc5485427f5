"""Late requests: how many are past their limit, and how far up the ladder they have climbed."""

from linli.errors import N_
from linli.onemap.layer import Figure, Form, Layer, Measure, Ramp
from linli.onemap.work import LOOP, Numbers, alive, figures, share
from linli.policy.roles import FIELD_STAFF, Role
from linli.registry.areas import Tier


def _say(numbers: Numbers) -> Figure:
    late = numbers["n_late"]
    return Figure(
        (
            late,
            share(late, alive(numbers)),
            numbers["n_street"],
            numbers["n_district"],
            numbers["n_city"],
        )
    )


def _answered_at(tier: Tier, title: str) -> Measure:
    return Measure(tier.name.lower(), title, opens={"loop": LOOP, "alive": True, "tier": int(tier)})


LAYER = Layer(
    name="late",
    title=N_("Late"),
    shows=N_("Requests past their time limit and not closed."),
    measures=(
        Measure("late", N_("late"), opens={"loop": LOOP, "late": True}),
        Measure("share", N_("share"), Form.SHARE),
        _answered_at(Tier.STREET, N_("street answers")),
        _answered_at(Tier.DISTRICT, N_("district answers")),
        _answered_at(Tier.CITY, N_("city answers")),
    ),
    roles=FIELD_STAFF | {Role.ANALYST},
    lists=FIELD_STAFF,
    ramp=Ramp.HEAT,
    read=lambda sight: figures(sight, _say),
    order=10,
)
