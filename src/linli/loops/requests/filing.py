"""How does a request come in, by whichever door? Its type decides its class, nobody's whim."""

from datetime import date

from linli.errors import N_, BadInput
from linli.registry.duties import RequestType


class UnknownType(BadInput):
    """A type of request that is not in the list, or is no longer."""

    code = "unknown_type"
    sentence = N_("{given} is no type of request here. Choose one from the list of types.")


def class_of(kind: str, on: date) -> str:
    """The class of a type on a day; the class "normal" where no type was chosen."""
    if not kind:
        return "normal"
    found = RequestType.objects.filter(code=kind).first()
    if found is None or (found.valid_until is not None and found.valid_until < on):
        raise UnknownType(given=kind[:40])
    return found.item_class
