"""How many escorts, what protection, which vehicle, how long does a hold last? Read from a file."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import ceil

from linli.errors import N_, BadInput
from linli.registry.wards import SEVERITY_RANK


@dataclass(frozen=True)
class Rules:
    """What must be true of a run, by severity, and how many minutes things hold."""

    patients_an_escort: Mapping[str, int]
    protection: Mapping[str, int]  # the least level
    partition_from: str
    life_support_from: str
    evidence_minutes: int
    route_minutes: int
    review_minutes: Mapping[str, int]

    def escorts_for(self, severities: Iterable[str]) -> int:
        """The escorts that these patients need: the shares of all add up."""
        shares = sum(1 / self.patients_an_escort[severity] for severity in severities)
        return ceil(round(shares, 9))

    def needs_partition(self, worst: str) -> bool:
        """Whether the cab has to be closed off."""
        return SEVERITY_RANK[worst] >= SEVERITY_RANK[self.partition_from]

    def needs_life_support(self, worst: str) -> bool:
        """Whether there has to be life support on board."""
        return SEVERITY_RANK[worst] >= SEVERITY_RANK[self.life_support_from]


def worst(severities: Iterable[str]) -> str:
    """The worst of some severities; "none" of nobody."""
    return max(severities, key=lambda severity: SEVERITY_RANK[severity], default="none")


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The rules in force."""
    return read(files(__package__).joinpath("rules.toml").read_text("utf-8"))


def read(text: str) -> Rules:
    """Read a file of rules; raises BadInput for one that leaves a severity out."""
    raw = tomllib.loads(text)
    by_severity = {
        name: dict(raw[name]) for name in ("patients_an_escort", "protection", "review_minutes")
    }
    for name, values in by_severity.items():
        if set(values) != set(SEVERITY_RANK) or min(values.values()) < 1:
            raise BadInput(
                N_("The rule {name} needs a number from 1 on for each of: {known}."),
                name=name,
                known=tuple(SEVERITY_RANK),
            )
    minutes, vehicle = raw["minutes"], raw["vehicle"]
    return Rules(
        **by_severity,
        partition_from=vehicle["partition_from"],
        life_support_from=vehicle["life_support_from"],
        evidence_minutes=int(minutes["evidence"]),
        route_minutes=int(minutes["route"]),
    )
