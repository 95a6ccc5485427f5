"""The transfer loop (S30, S31, S33): somebody needs a bed, and it ends when they are in it.

A bed is held at the ward before anybody is moved, and the ward signs for each one who arrives.
What happens on the road is the run's; what happens at the ward is the stay's.
"""

from linli.errors import N_
from linli.loops.beds.receivers import DISPATCHERS
from linli.loops.loop import Loop, Stage, State, Step, stages
from linli.loops.transfers import effects, gates
from linli.loops.transfers.forms import (
    TransferAsk,
    TransferBoard,
    TransferChange,
    TransferLost,
    TransferPlace,
    TransferRecord,
    TransferTold,
    TransferWithdraw,
)
from linli.policy.roles import DESKS, Role
from linli.registry.wards import BedSeverity

LINLI = frozenset({Role.SYSTEM})
SENDERS = DESKS | {Role.CLINICIAN}
OPEN = stages("needed", "placed", "planned", "departed", "arrived")

LOOP = Loop(
    name="transfer",
    label=N_("transfer"),
    opens="needed",
    opened_by=LINLI,
    asks=TransferAsk,
    subject="person",
    seen_by=SENDERS,
    classes=dict(BedSeverity.choices),
    when_parent_closes="withdraw",
    stages=(
        Stage("needed", N_("needs a bed"), public=N_("A bed is being looked for.")),
        Stage("placed", N_("a bed is held"), public=N_("A bed is held. The ride is planned next.")),
        Stage("planned", N_("on a run"), public=N_("A bed is held and a ride is planned.")),
        Stage("departed", N_("on the way"), public=N_("They are on the way.")),
        Stage("arrived", N_("at the door of the ward"), public=N_("They have arrived.")),
        Stage("admitted", N_("admitted"), State.CLOSED, public=N_("They are in their bed.")),
        Stage("withdrawn", N_("withdrawn"), State.CLOSED, public=N_("No bed is needed now.")),
    ),
    steps=(
        Step(
            "find_place",
            N_("hold a bed"),
            stages("needed"),
            "placed",
            by=DISPATCHERS,
            asks=TransferPlace,
            gates=(gates.SITE_OPEN, gates.FITS, gates.BED_FREE, gates.NO_OTHER),
            effect=effects.held,
            children=effects.stays,
            hands_over="stay",
        ),
        Step(
            "change",
            N_("change how ill"),
            stages("needed"),
            "needed",
            by=SENDERS,
            asks=TransferChange,
            effect=effects.changed,
        ),
        Step(
            "give_back",
            N_("give the bed back"),
            stages("placed"),
            "needed",
            by=DISPATCHERS,
            asks=TransferLost,
            effect=effects.lost,
            moves=effects.stay_ends,
        ),
        Step(
            "lose_place",
            N_("the place is gone"),
            stages("placed", "planned"),
            "needed",
            by=LINLI,
            asks=TransferLost,
            effect=effects.lost,
        ),
        Step(
            "tell_family",
            N_("say that the family was told"),
            stages("placed", "planned"),
            "placed",
            by=SENDERS | {Role.GRID_WORKER},
            asks=TransferTold,
            effect=effects.told,
            stays=True,
        ),
        Step(
            "take_record",
            N_("the record goes along"),
            stages("needed", "placed", "planned"),
            "placed",
            by=LINLI,
            asks=TransferRecord,
            effect=effects.recorded,
            stays=True,
        ),
        Step(
            "board",
            N_("goes on a run"),
            stages("placed"),
            "planned",
            by=LINLI,
            asks=TransferBoard,
            effect=effects.boarded,
        ),
        Step(
            "unboard",
            N_("goes on no run"),
            stages("planned"),
            "placed",
            by=LINLI,
            effect=effects.unboarded,
        ),
        Step(
            "depart",
            N_("departs"),
            stages("planned"),
            "departed",
            by=LINLI,
            effect=effects.departed,
            moves=effects.stay_sets_out,
        ),
        Step(
            "come_back",
            N_("comes back"),
            stages("departed", "arrived"),
            "needed",
            by=LINLI,
            asks=TransferLost,
            effect=effects.lost,
            moves=effects.stay_ends,
        ),
        Step("arrive", N_("arrives"), stages("departed"), "arrived", by=LINLI),
        Step(
            "admit",
            N_("is admitted"),
            stages("arrived"),
            "admitted",
            by=LINLI,
            effect=effects.admitted,
            moves=effects.placed,
        ),
        Step(
            "withdraw",
            N_("withdraw"),
            OPEN,
            "withdrawn",
            by=SENDERS | LINLI,
            asks=TransferWithdraw,
            gates=(gates.NOT_ON_THE_ROAD,),
            effect=effects.withdrawn,
            moves=effects.stay_ends,
        ),
    ),
)
