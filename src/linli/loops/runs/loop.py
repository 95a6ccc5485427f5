"""The run loop (S31): nobody leaves without a seat, an escort, a bed, a receiver and an open road.

Whoever makes up a run may put anything on it. It leaves when all its gates are open, or not at
all; and it ends when the ward has signed for everybody and the vehicle is clean.
"""

from linli.errors import N_
from linli.loops.beds.receivers import DISPATCHERS
from linli.loops.loop import Loop, Stage, State, Step, stages
from linli.loops.runs import effects, gates
from linli.loops.runs.forms import (
    RunAsk,
    RunBlocked,
    RunCrew,
    RunDisinfected,
    RunEquip,
    RunLoad,
    RunPosition,
    RunRoute,
)
from linli.policy.roles import Role
from linli.registry.wards import BedSeverity

CREW = DISPATCHERS | {Role.DRIVER}

LOOP = Loop(
    name="run",
    label=N_("run"),
    opens="drafted",
    opened_by=DISPATCHERS,
    asks=RunAsk,
    subject="vehicle",
    seen_by=CREW,
    about_residents=False,
    classes=dict(BedSeverity.choices),
    stages=(
        Stage("drafted", N_("being made up")),
        Stage("departed", N_("on the road")),
        Stage("handed_over", N_("everybody is off, to be disinfected")),
        Stage("done", N_("done and disinfected"), State.CLOSED),
        Stage("cancelled", N_("cancelled"), State.CLOSED),
    ),
    steps=(
        Step(
            "load",
            N_("put on the run"),
            stages("drafted"),
            "drafted",
            by=DISPATCHERS,
            asks=RunLoad,
            gates=(gates.REACHED,),
            effect=effects.loaded,
            moves=effects.board,
            stays=True,
        ),
        Step(
            "unload",
            N_("take off the run"),
            stages("drafted"),
            "drafted",
            by=DISPATCHERS,
            asks=RunLoad,
            effect=effects.unloaded,
            moves=effects.unboard,
            stays=True,
        ),
        Step(
            "crew",
            N_("name vehicle and crew"),
            stages("drafted"),
            "drafted",
            by=DISPATCHERS,
            asks=RunCrew,
            effect=effects.crewed,
            stays=True,
        ),
        Step(
            "equip",
            N_("look at vehicle and crew"),
            stages("drafted"),
            "drafted",
            by=CREW,
            asks=RunEquip,
            effect=effects.equipped,
            stays=True,
        ),
        Step(
            "check_route",
            N_("look at the road"),
            stages("drafted", "departed"),
            "drafted",
            by=CREW,
            asks=RunRoute,
            effect=effects.route_seen,
            stays=True,
        ),
        Step(
            "depart",
            N_("depart"),
            stages("drafted"),
            "departed",
            by=CREW,
            gates=gates.DEPARTURE,
            effect=effects.departed,
            moves=effects.all_depart,
        ),
        Step(
            "tell_position",
            N_("say where it is"),
            stages("departed"),
            "departed",
            by=CREW,
            asks=RunPosition,
            effect=effects.positioned,
            stays=True,
        ),
        Step(
            "meet_closure",
            N_("say that the road is closed"),
            stages("departed"),
            "departed",
            by=CREW,
            asks=RunBlocked,
            effect=effects.blocked,
            stays=True,
        ),
        Step(
            "hand_over",
            N_("sign that everybody is off"),
            stages("departed"),
            "handed_over",
            by=CREW,
            gates=(gates.EVERYBODY_OFF,),
            effect=effects.handed_over,
        ),
        Step(
            "turn_back",
            N_("turn back"),
            stages("departed"),
            "handed_over",
            by=CREW,
            effect=effects.handed_over,
            moves=effects.all_come_back,
        ),
        Step(
            "disinfect",
            N_("say that it is disinfected"),
            stages("handed_over"),
            "done",
            by=CREW,
            asks=RunDisinfected,
            effect=effects.disinfected,
        ),
        Step(
            "cancel",
            N_("cancel"),
            stages("drafted"),
            "cancelled",
            by=DISPATCHERS,
            effect=effects.cancelled,
            moves=effects.all_unboard,
        ),
    ),
)
