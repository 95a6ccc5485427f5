"""What is sent to an operation nobody wrote an example for? One made from its own description."""

import re
from typing import Any

TEXTS = {
    "as_of": "2020-01-01",
    "weekdays": "135",
    "goes_at": "2020-02-10T08:00:00+08:00",
    "found_at": "2020-02-09T08:00:00+08:00",
    "valid_from": "2020-03-01",
    "starts_at": "2020-02-09T20:00:00+08:00",
    "ends_at": "2020-02-20T20:00:00+08:00",
    "mode": "emergency",
    "happened_at": "2020-02-09T09:00:00+08:00",
    "from_at": "2020-02-09T09:00:00+08:00",
    "until_at": "2020-02-09T10:00:00+08:00",
    "role": "grid_worker",
    "plan": "noise",
    "indicator": "D1.1.4",
    "text": '[[ladder.default]]\nat = "100%"\n[[clock]]\nstage = "working"\nlimit = "1h"\n',
}


class Examples:
    """Makes bodies and parameters that fit a description; ids come from ``ids`` by name."""

    def __init__(self, description: dict[str, Any], ids: dict[str, int]) -> None:
        self.schemas = description["components"]["schemas"]
        self.ids = ids

    def of(self, schema: dict[str, Any], name: str = "") -> Any:
        """A value that fits a schema; raises KeyError for an id nobody gave an example of."""
        if name in TEXTS:
            return TEXTS[name]
        if "$ref" in schema:
            return self.of(self.schemas[schema["$ref"].rpartition("/")[2]], name)
        if name == "ids":
            return [self.ids["exposure_id"]]
        if name.endswith("_id") or name == "item":
            return self.ids[name]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if "anyOf" in schema:
            return self.of(schema["anyOf"][0], name)
        return getattr(self, "_" + schema["type"])(schema, name)

    def body(self, operation: dict[str, Any]) -> Any:
        """The body of an operation, None if it has none."""
        asked = operation.get("requestBody", {}).get("content", {})
        return self.of(asked["application/json"]["schema"]) if "application/json" in asked else None

    def query(self, operation: dict[str, Any]) -> dict[str, Any]:
        """The query of an operation: what is required, and the area if one may be named."""
        return {
            p["name"]: self.of(p["schema"], p["name"])
            for p in operation["parameters"]
            if p["in"] == "query" and (p["required"] or p["name"] == "area_id")
        }

    def _object(self, schema: dict[str, Any], _: str) -> Any:
        parts = schema.get("properties", {})
        wanted = set(schema.get("required", ())) or set(list(parts)[:0])
        if not wanted and "valid_from" in parts:
            wanted = {"valid_from"}  # an edit of something with versions
        return {name: self.of(parts[name], name) for name in parts if name in wanted}

    def _array(self, schema: dict[str, Any], name: str) -> Any:
        return [self.of(schema["items"], name)] * schema.get("minItems", 0)

    def _string(self, schema: dict[str, Any], name: str) -> str:
        choices = re.fullmatch(r"\^\(([a-z_|]+)\)\$", schema.get("pattern", ""))
        if choices:
            return choices[1].split("|")[0]
        if schema.get("format") == "date":
            return "2020-01-01"
        if schema.get("format") == "uuid":
            return "01234567-89ab-cdef-0123-456789abcdef"
        return "example"[: schema.get("maxLength", 7)]

    def _integer(self, schema: dict[str, Any], _: str) -> int:
        return int(schema.get("minimum", 1))

    def _number(self, schema: dict[str, Any], _: str) -> float:
        return float(schema.get("minimum", 1.0))

    def _boolean(self, schema: dict[str, Any], _: str) -> bool:
        return bool(schema.get("default", True))
