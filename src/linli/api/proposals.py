"""What does the planner propose for who waits? Runs with their riders, and who is left."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import door, purpose_of
from linli.loops.beds.receivers import DISPATCHERS
from linli.studies.dispatch.transfers import propose

router = Router(tags=["transfers"])


class ProposalAsk(BaseModel):
    """The same seed proposes the same."""

    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


class ProposalRider(BaseModel):
    """One who would go: hold a bed of the ward, and put them on the run."""

    model_config = {"from_attributes": True}

    transfer_id: int
    ward_id: int


class ProposalRun(BaseModel):
    """One run; minutes are counted from now."""

    model_config = {"from_attributes": True}

    vehicle_id: int
    site_id: int
    riders: list[ProposalRider]
    escort_ids: list[int]
    depart_min: int
    arrive_min: int


class ProposalLeft(BaseModel):
    """Whom the plan does not move, and why."""

    transfer_ids: list[int]
    reason: str


class ProposalTold(BaseModel):
    """The proposal; nothing is held or moved by it."""

    runs: list[ProposalRun]
    left: list[ProposalLeft]
    n_without_point: int
    seed: int
    estimate: bool
    breaches: list[str]


@router.get(
    "/transfers/plan",
    response=ProposalTold,
    operation_id="transfer_plan",
    summary="Beds and runs as the planner proposes them now",
    openapi_extra=door("run.open", roles=DISPATCHERS, about_residents=True, placed=False),
)
def plan(request: HttpRequest, wanted: Query[ProposalAsk]) -> Any:
    """Without a map of the roads ways are estimates; every gate is asked again at departure."""
    told = propose(
        actor_of(request), purpose=purpose_of(request), now=clock.now_s(), seed=wanted.seed
    )
    return ProposalTold(
        runs=[ProposalRun.model_validate(run) for run in told.runs],
        left=[
            ProposalLeft(transfer_ids=list(one.transfer_ids), reason=one.reason.tell())
            for one in told.left
        ],
        n_without_point=told.n_without_point,
        seed=told.seed,
        estimate=told.estimate,
        breaches=[breach.tell() for breach in told.breaches],
    )
