"""What does the OpenAPI file say beyond what each route says of itself?"""

from functools import lru_cache
from typing import Any

from ninja import NinjaAPI
from ninja.errors import ConfigError
from ninja.openapi.schema import OpenAPISchema

from linli.api.faults import Fault
from linli.policy.roles import Role

FAULTS = {
    "400": "The request cannot be read",
    "401": "Sign in, or show a token",
    "403": "Not allowed; the sentence says who may",
    "404": "Not there, or out of sight",
    "405": "Not possible at this address",
    "409": "The world has moved on",
    "413": "Too large",
    "415": "Of another type than what is read here",
    "422": "It can be read, and a rule or a field refuses it",
    "429": "Too often; Retry-After says when again",
    "500": "It broke on our side",
}
LANGUAGE = {
    "in": "header",
    "name": "Accept-Language",
    "required": False,
    "description": "zh-Hans or en: the language of every sentence in the answer.",
    "schema": {"type": "string"},
}


class Description(OpenAPISchema):
    """The file; one name never stands for two schemas."""

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """Take in schemas; raises ConfigError when a name is taken by another one."""
        for name, schema in definitions.items():
            known = self.schemas.setdefault(name, schema)
            if known != schema:
                raise ConfigError(f"Two schemas are named {name}.")


class LinliAPI(NinjaAPI):
    """The API, with a description that tells of faults, languages, roles and tokens."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The OpenAPI file as it is served and kept in the golden file."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        whole = Description(self, prefix)
        whole["components"]["schemas"]["Fault"] = Fault.model_json_schema()
        whole["components"]["responses"] = {
            f"Fault{status}": {
                "description": text,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}},
            }
            for status, text in FAULTS.items()
        }
        for operations in whole["paths"].values():
            for operation in operations.values():
                _complete(operation)
        return whole


@lru_cache(maxsize=1)
def queries(api: LinliAPI) -> dict[tuple[str, str], frozenset[str]]:
    """What may stand in the query of each operation, by its method and route."""
    paths = api.get_openapi_schema(path_prefix="/api/")["paths"]
    return {
        (method.upper(), path): frozenset(
            p["name"] for p in operation["parameters"] if p["in"] == "query"
        )
        for path, operations in paths.items()
        for method, operation in operations.items()
    }


def _complete(operation: dict[str, Any]) -> None:
    """Add to one operation what holds for all."""
    for status in FAULTS:
        operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Fault{status}"})
    operation["parameters"] = [*operation.get("parameters", ()), LANGUAGE]
    if Role.VISITOR in operation.get("x-roles", ()):
        operation["security"] = [{}, {"Caller": []}]
