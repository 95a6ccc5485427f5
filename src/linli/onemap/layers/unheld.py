"""Unassigned requests: open, and nobody has taken them."""

from linli.errors import N_
from linli.onemap.layer import Figure, Form, Layer, Measure, Ramp
from linli.onemap.work import LOOP, Numbers, figures, share
from linli.policy.roles import FIELD_STAFF, Role


def _say(numbers: Numbers) -> Figure:
    unheld, n_open = numbers["n_unheld"], numbers["n_open"]
    return Figure((unheld, share(unheld, n_open), n_open))


LAYER = Layer(
    name="unheld",
    title=N_("Unassigned"),
    shows=N_("Open requests that nobody has taken yet."),
    measures=(
        Measure("unheld", N_("unassigned"), opens={"loop": LOOP, "unheld": True}),
        Measure("share", N_("share"), Form.SHARE),
        Measure("open", N_("open"), opens={"loop": LOOP, "state": "open"}),
    ),
    roles=FIELD_STAFF | {Role.ANALYST},
    lists=FIELD_STAFF,
    ramp=Ramp.HEAT,
    read=lambda sight: figures(sight, _say),
    order=30,
)
