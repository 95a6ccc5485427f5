"""How are a moment and an area's path kept in a column? The same way on both databases."""

from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable

BIGGEST = 2**63 - 1  # what a column of whole numbers holds


def whole(text: str) -> int | None:
    """A number as an address or a form gives it and a column holds it; None if it is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(BIGGEST))):
        return None
    number = int(text)
    return number if number <= BIGGEST else None


class MomentField(models.BigIntegerField):
    """An aware moment, kept as whole UTC seconds: small, exact, and compared as a number."""

    description = "A moment in UTC seconds"
    _pyi_private_set_type: datetime | int | Combinable  # type: ignore[assignment]  # django-stubs
    _pyi_private_get_type: datetime  # type: ignore[assignment]  # how it says a field's own type

    def from_db_value(self, value: int | None, *_: Any) -> datetime | None:
        """The aware UTC moment of the stored seconds."""
        return None if value is None else datetime.fromtimestamp(value, UTC)

    def to_python(self, value: Any) -> datetime | None:
        """A moment from what a form, a fixture or a caller gives."""
        if value is None or isinstance(value, datetime):
            return value
        if isinstance(value, str) and not value.lstrip("-").isdigit():
            return datetime.fromisoformat(value)
        return datetime.fromtimestamp(int(value), UTC)

    def get_prep_value(self, value: Any) -> int | None:
        """The whole seconds of a moment, or seconds as they are."""
        if value is None or isinstance(value, int):
            return value
        if isinstance(value, float):
            return int(value)
        if isinstance(value, str):
            value = self.to_python(value)
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"A moment needs its zone; got {value!r}.")
            return int(value.timestamp())
        return super().get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        """For fixtures."""
        value: Any = self.value_from_object(obj)
        return "" if value is None else value.isoformat()


class AreaPathField(models.CharField):
    """The materialised path of an area: four digits a level, so a subtree is a range.

    Digits only, and compared byte by byte, so ranges use the index whatever the locale is.
    """

    description = "The path of an area"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, **kwargs)

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """A C collation on PostgreSQL; SQLite compares bytes by itself."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class OrderedTextField(models.CharField):
    """A short text compared byte by byte on both databases, so that a prefix is a range."""

    description = "A text in byte order"

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """A C collation on PostgreSQL; SQLite compares bytes by itself."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
