"""Response rate: of the requests answered or overdue, how many were answered in time?"""

from linli.errors import N_
from linli.loops import board
from linli.onemap.layer import Figure, Form, Gap, Layer, Measure, Ramp
from linli.onemap.work import LOOP, Numbers, figures
from linli.policy.roles import FIELD_STAFF, Role


def _say(numbers: Numbers) -> Figure:
    rate = board.rates(numbers).response
    return Figure(
        (rate.share, rate.low, rate.high, numbers["n_in_time"], numbers["n_missed"]),
        gap=Gap.FEW if rate.share is None else None,
    )


LAYER = Layer(
    name="response",
    title=N_("Answered in time"),
    shows=N_("Of the requests answered or overdue, the share answered within their limit."),
    measures=(
        Measure("share", N_("in time"), Form.SHARE),
        Measure("low", N_("95 % interval from"), Form.SHARE),
        Measure("high", N_("95 % interval to"), Form.SHARE),
        Measure("in_time", N_("answered in time"), opens={"loop": LOOP, "reply": "in_time"}),
        Measure("missed", N_("late or overdue"), opens={"loop": LOOP, "reply": "missed"}),
    ),
    roles=FIELD_STAFF | {Role.ANALYST},
    lists=FIELD_STAFF,
    ramp=Ramp.LEAF,
    read=lambda sight: figures(sight, _say),
    bounds=(0.0, 0.5, 0.7, 0.8, 0.9, 0.95),  # assumed; edges a supervisor names
    order=40,
)
