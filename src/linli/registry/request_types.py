"""What may residents ask for, of which class, and led by which duty? A list that a city changes."""

from enum import StrEnum
from typing import Annotated

from django.db import transaction
from pydantic import Field

from linli.audit.records import record
from linli.errors import N_, BadInput, NotFound, Word
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.duties import Duty, RequestType
from linli.registry.forms import Code, Day, RecordForm

EDIT = "duties.edit"


class TypeClass(StrEnum):
    """How urgent what is asked for is; limits differ by it."""

    URGENT = "urgent"
    UTILITY = "utility"
    NORMAL = "normal"


CLASS_NAMES = {
    "urgent": N_("urgent: life, safety or public health"),
    "utility": N_("utility: water, power, gas, heat, network"),
    "normal": N_("normal"),
}


class RequestTypeForm(RecordForm):
    """A type of request without its code, which stays for good."""

    name_zh: Annotated[str, Field(min_length=1, max_length=160, pattern=r"\S")] = Field(
        title=N_("Name in Chinese")
    )
    name_en: Annotated[str, Field(min_length=1, max_length=240, pattern=r"\S")] = Field(
        title=N_("Name in English")
    )
    item_class: TypeClass = Field(title=N_("Class"), json_schema_extra={"names": {**CLASS_NAMES}})
    duty_code: Annotated[str, Field(max_length=40)] = Field("", title=N_("Led by the duty"))
    group: Annotated[str, Field(max_length=60)] = Field("", title=N_("Group in the list"))
    keywords: Annotated[str, Field(max_length=400)] = Field(
        "",
        title=N_("Words it is found by"),
        description=N_("What residents may call it, with commas between."),
    )
    public: bool = Field(True, title=N_("May residents choose it?"))
    valid_until: Day | None = Field(
        None,
        title=N_("Last day on which it may be chosen"),
        description=N_("Written as 2020-12-31. What was asked before is seen to all the same."),
    )


class NewRequestType(RequestTypeForm):
    """A type of request with its code."""

    code: Code = Field(title=N_("Code"))


def everything() -> list[RequestType]:
    """All types, those that nobody may choose any longer too, by group and code."""
    return list(RequestType.objects.order_by("group", "code"))


def one(code: str) -> RequestType:
    """The type of that code; raises NotFound."""
    found = RequestType.objects.filter(code=code[:40]).first()
    if found is None:
        raise NotFound(what=Word(N_("type of request")), value=code[:40])
    return found


@transaction.atomic
def put(actor: Actor, code: str, form: RequestTypeForm) -> RequestType:
    """Add a type, or change one, as somebody who may; what was asked keeps its type.

    Raises NotAllowed, or BadInput for a duty that is not in the duty list.
    """
    everywhere = areas.whole_city()  # the list is the same in every area
    holding = can(actor, Ask(EDIT, roles_for(EDIT), everywhere)).required()
    values = form.model_dump(exclude={"code"})
    duty = values["duty_code"]
    if duty and not Duty.objects.filter(code=duty).exists():
        raise BadInput(
            N_("There is no duty {duty} in the duty list. Add it there first, or leave it empty."),
            duty=duty,
        )
    made, new = RequestType.objects.update_or_create(code=code, defaults=values)
    act = "add" if new else "edit"
    record(actor, act, "request_types", code, holding=holding, detail={"fields": sorted(values)})
    return made
