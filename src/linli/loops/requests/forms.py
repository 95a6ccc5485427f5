"""What does each step of a request ask?"""

from enum import StrEnum

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Form
from linli.loops.opening import Channel as Channel


class Reach(StrEnum):
    """How a reply was brought to the resident."""

    PAGE = "page"  # it stands on the page that follows the request; not read yet
    MESSAGE = "message"  # it was sent; not known to be read
    PHONE = "phone"  # it was told in a call
    VISIT = "visit"  # it was told at the door


IN_PERSON = frozenset({Reach.PHONE, Reach.VISIT})


class Result(StrEnum):
    """What whoever answers says was achieved; the resident has the last word."""

    DONE = "done"
    PARTLY = "partly"
    CANNOT = "cannot"


REACH_NAMES = {
    Reach.PAGE: N_("on the request's page"),
    Reach.MESSAGE: N_("by message"),
    Reach.PHONE: N_("by phone"),
    Reach.VISIT: N_("at the door"),
}
RESULT_NAMES = {
    Result.DONE: N_("done"),
    Result.PARTLY: N_("partly done"),
    Result.CANNOT: N_("cannot be done"),
}


class RequestAsk(Form):
    """What the resident needs, and how to reach them; nothing else is asked."""

    description: str = Field(min_length=2, max_length=4000)
    contact_name: str = Field(default="", max_length=80)
    contact_phone: str = Field(default="", max_length=40)
    address: str = Field(default="", max_length=300)
    attributes: dict[str, str | list[str]] = Field(default_factory=dict)


class RequestReason(Form):
    """Why: one sentence."""

    reason: str = Field(min_length=2, max_length=500)


class RequestReassign(Form):
    """Whom the dispatcher gives it to: somebody by name, or whoever the duty list leads to."""

    reason: str = Field(min_length=2, max_length=500)
    holder_id: int | None = None


class RequestAnswer(Form):
    """The reply: what was done, and how the resident was told."""

    note: str = Field(min_length=2, max_length=4000)
    result: Result
    reach: Reach


class RequestDelivery(Form):
    """How a reply that had not been read was brought to the resident after all."""

    reach: Reach
    note: str = Field(default="", max_length=500)


class RequestRating(Form):
    """The resident's word: solved or not, and how satisfied from 1 to 5."""

    solved: bool
    satisfied: int | None = Field(default=None, ge=1, le=5)
    comment: str = Field(default="", max_length=1000)


class RequestMerge(Form):
    """The earlier item that asks for the same."""

    item: int = Field(gt=0)


class RequestBackCheck(Form):
    """What a second person found when asking again."""

    agrees: bool
    note: str = Field(default="", max_length=500)
