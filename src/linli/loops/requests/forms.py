"""What does each step of a request ask?"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field
from pydantic.config import JsonDict

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
SATISFACTION_NAMES = {
    "5": N_("very satisfied"),
    "4": N_("satisfied"),
    "3": N_("so so"),
    "2": N_("not satisfied"),
    "1": N_("not satisfied at all"),
}


def _words(names: Mapping[Any, str]) -> JsonDict:
    """Choices and what they are called, as the form's description carries them."""
    return {str(code): name for code, name in names.items()}


class RequestAsk(Form):
    """What the resident needs, and how to reach them; nothing else is asked."""

    personal: ClassVar[frozenset[str]] = frozenset(
        {"description", "contact_name", "contact_phone", "address", "attributes"}
    )

    description: str = Field(
        min_length=2,
        max_length=4000,
        title=N_("What do you need?"),
        description=N_("Say what is wrong, since when, and how many people it concerns."),
    )
    contact_name: str = Field(default="", max_length=80, title=N_("Your name"))
    contact_phone: str = Field(
        default="",
        max_length=40,
        title=N_("Your phone"),
        description=N_("Only for questions about this request."),
    )
    address: str = Field(
        default="",
        max_length=300,
        title=N_("Where exactly?"),
        description=N_("Building, entrance, door; or the nearest shop or crossing."),
    )
    attributes: dict[str, str | list[str]] = Field(
        default_factory=dict, title=N_("Further answers")
    )


class RequestReason(Form):
    """Why: one sentence."""

    personal: ClassVar[frozenset[str]] = frozenset({"reason"})

    reason: str = Field(min_length=2, max_length=500, title=N_("Say it in a sentence"))


class RequestReassign(Form):
    """Whom the dispatcher gives it to: somebody by name, or whoever the duty list leads to."""

    personal: ClassVar[frozenset[str]] = frozenset({"note"})

    note: str = Field(min_length=2, max_length=500, title=N_("Why?"))
    holder_id: int | None = Field(
        default=None,
        title=N_("To whom?"),
        description=N_("Left empty, the duty list decides."),
    )


class RequestAnswer(Form):
    """The reply: what was done, and how the resident was told."""

    personal: ClassVar[frozenset[str]] = frozenset({"note"})

    note: str = Field(
        min_length=2,
        max_length=4000,
        title=N_("The reply"),
        description=N_("What was done, in words the resident understands. They read exactly this."),
    )
    result: Result = Field(
        title=N_("What was achieved?"), json_schema_extra={"names": _words(RESULT_NAMES)}
    )
    reach: Reach = Field(
        title=N_("How was the resident told?"), json_schema_extra={"names": _words(REACH_NAMES)}
    )


class RequestDelivery(Form):
    """How a reply that had not been read was brought to the resident after all."""

    personal: ClassVar[frozenset[str]] = frozenset({"note"})

    reach: Reach = Field(
        title=N_("How was the resident told?"), json_schema_extra={"names": _words(REACH_NAMES)}
    )
    note: str = Field(default="", max_length=500, title=N_("Note"))


class RequestRating(Form):
    """The resident's word: solved or not, and how satisfied from 1 to 5."""

    personal: ClassVar[frozenset[str]] = frozenset({"comment"})

    solved: bool = Field(title=N_("Is it solved?"))
    satisfied: int | None = Field(
        default=None,
        ge=1,
        le=5,
        title=N_("How satisfied are you with how it went?"),
        json_schema_extra={"names": {**SATISFACTION_NAMES}},
    )
    comment: str = Field(default="", max_length=1000, title=N_("Anything you would like to add?"))


class RequestMerge(Form):
    """The earlier item that asks for the same."""

    item: int = Field(gt=0, title=N_("Number of the earlier request"))


class RequestTakenIn(Form):
    """The request that was joined to this one, and how many ask for the same with it."""

    item: int = Field(gt=0)
    n: int = Field(ge=0)


class RequestBackCheck(Form):
    """What a second person found when asking again."""

    personal: ClassVar[frozenset[str]] = frozenset({"note"})

    agrees: bool = Field(title=N_("Does what the resident says agree with the record?"))
    note: str = Field(default="", max_length=500, title=N_("Note"))
