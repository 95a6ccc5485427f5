"""The tables of the registry, each written by the file it comes from."""

from linli.registry.accounts import Account
from linli.registry.areas import Area, AreaCode, AreaShape, GridShare
from linli.registry.declarations import Declaration
from linli.registry.dial import ClockDial
from linli.registry.duplicates import Candidate
from linli.registry.duties import Duty, RequestType
from linli.registry.facts import Fact
from linli.registry.gone import GoneHome, LeftCount
from linli.registry.grants import Grant
from linli.registry.households import Household
from linli.registry.imports.results import ImportOutcome
from linli.registry.imports.staging import ColumnMapping, ImportRow, Upload
from linli.registry.merges import Merge
from linli.registry.names import NamePart
from linli.registry.organisations import Organisation
from linli.registry.person import Person
from linli.registry.plans import (
    PlanAnswer,
    PlanRun,
    PlanRunItem,
    PlanRunStep,
    PlanVersion,
    Reserve,
)
from linli.registry.qualifications import Qualification
from linli.registry.resources import Resource
from linli.registry.roster import Absence, Assignment, Post
from linli.registry.sites import Site
from linli.registry.tokens import ApiToken
from linli.registry.vehicles import Vehicle
from linli.registry.wards import Ward, WardCount

__all__ = [
    "Absence",
    "Account",
    "ApiToken",
    "Area",
    "AreaCode",
    "AreaShape",
    "Assignment",
    "Candidate",
    "ClockDial",
    "ColumnMapping",
    "Declaration",
    "Duty",
    "Fact",
    "GoneHome",
    "Grant",
    "GridShare",
    "Household",
    "ImportOutcome",
    "ImportRow",
    "LeftCount",
    "Merge",
    "NamePart",
    "Organisation",
    "Person",
    "PlanAnswer",
    "PlanRun",
    "PlanRunItem",
    "PlanRunStep",
    "PlanVersion",
    "Post",
    "Qualification",
    "RequestType",
    "Reserve",
    "Resource",
    "Site",
    "Upload",
    "Vehicle",
    "Ward",
    "WardCount",
]
