"""How does somebody else say "me too" to a request that is there?"""

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router, Status
from pydantic import BaseModel

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Id, door
from linli.knocks import doors
from linli.loops.requests import file
from linli.policy.roles import EVERYONE

router = Router(tags=["requests"])


class RequestJoined(BaseModel):
    """The token by which whoever joined follows the request; told once."""

    id: int
    token: str


@router.post(
    "/requests/{item_id}/join",
    response={201: RequestJoined},
    operation_id="request_join",
    summary="Me too: somebody else asks for the same",
    openapi_extra=door("request.me_too", roles=EVERYONE, placed=False),
)
def join(request: HttpRequest, item_id: Path[Id]) -> Any:
    """Only what is public can be joined; anything else sounds like nothing there."""
    actor = actor_of(request)
    doors.knock_to_file(request, actor)
    text = file.join_request(actor, item_id, now=clock.now_s())
    return Status(201, RequestJoined(id=item_id, token=text))
