"""Where did a gift go? Beside the loop of donations, for its donor and for whoever keeps it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Path, Router
from pydantic import BaseModel

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Id, door, purpose_of
from linli.api.loops import TOKEN_PARAMETERS, token_of
from linli.knocks import doors
from linli.loops.donations import trace
from linli.loops.donations.loop import LOOP

router = Router(tags=["donations"])
TOLD = door("donation.see", roles=LOOP.seen_by, about_residents=True, own=True)
TOLD["parameters"] = [*TOLD["parameters"], *TOKEN_PARAMETERS]


class DonationPart(BaseModel):
    """One part of a gift: to which organisation, and its receipt."""

    handover_id: int
    organisation_id: int
    organisation_zh: str
    organisation_en: str
    stage: str
    quantity: float
    received: float
    received_at: datetime | None


class DonationTrace(BaseModel):
    """A gift from end to end; what came in is the sum of the five amounts that follow it."""

    id: int
    stage: str
    quantity: float
    unit: str
    came_in: float
    in_store: float
    on_the_way: float
    received: float
    missing: float
    spoilt: float
    parts: list[DonationPart]


@router.get(
    "/donations/{item_id}/trace",
    response=DonationTrace,
    operation_id="donation_trace",
    summary="Where every part of a gift is: for its donor by token, and for whoever keeps it",
    openapi_extra=TOLD,
)
def where_it_went(request: HttpRequest, item_id: Path[Id]) -> Any:
    """Organisations and sums."""
    given = token_of(request)
    with doors.guessing_token(request, if_given=given):
        seen = trace.seen(
            actor_of(request), item_id, now=clock.now_s(), purpose=purpose_of(request), token=given
        )
    sums = seen.sums
    return DonationTrace(
        id=seen.number, stage=seen.stage.name, quantity=seen.quantity, unit=seen.unit,
        came_in=sums.came_in, in_store=sums.in_store, on_the_way=sums.on_the_way,
        received=sums.received, missing=sums.missing, spoilt=sums.spoilt,
        parts=[_part(part) for part in seen.parts],
    )  # fmt: skip


def _part(part: trace.Part) -> DonationPart:
    named = part.organisation
    return DonationPart(
        handover_id=part.share.handover_id, organisation_id=part.share.organisation_id,
        organisation_zh=named.name_zh if named else "",
        organisation_en=named.name_en if named else "",
        stage=part.share.stage, quantity=part.share.quantity, received=part.share.received,
        received_at=part.received_at,
    )  # fmt: skip
