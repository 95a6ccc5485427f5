"""Which codes may stand in a field? The lists that every door and file uses."""

from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Path, Router
from pydantic import BaseModel

from linli.api.doors import door
from linli.loops.codelists import CodeList, code_list, code_lists

router = Router(tags=["codes"])


class CodeRow(BaseModel):
    """One code and what it means, in the language asked for."""

    code: str
    label: str


class CodeListRow(BaseModel):
    """A closed set of codes, with its version."""

    name: str
    version: str
    codes: list[CodeRow]


@router.get(
    "/codes",
    response=list[CodeListRow],
    auth=None,
    operation_id="codes_list",
    summary="Every code list, with its version",
    openapi_extra=door("codes.see"),
)
def every_list(request: HttpRequest) -> list[CodeListRow]:  # noqa: ARG001 - the router passes it
    """Every code list of this deployment."""
    return [_row(one) for one in code_lists().values()]


@router.get(
    "/codes/{name}",
    response=CodeListRow,
    auth=None,
    operation_id="codes_one",
    summary="One code list",
    openapi_extra=door("codes.see"),
)
def one_list(
    request: HttpRequest,  # noqa: ARG001 - the router passes it
    name: Annotated[str, Path(max_length=80)],
) -> CodeListRow:
    """One code list by name."""
    return _row(code_list(name))


def _row(found: CodeList) -> CodeListRow:
    codes = [CodeRow(code=c.code, label=gettext(c.label) if c.label else "") for c in found.codes]
    return CodeListRow(name=found.name, version=found.version, codes=codes)
