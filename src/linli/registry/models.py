"""The tables of the registry, each written by the file it comes from."""

from linli.registry.accounts import Account
from linli.registry.areas import Area, AreaCode, AreaShape, GridShare
from linli.registry.declarations import Declaration
from linli.registry.dial import ClockDial
from linli.registry.duties import Duty, RequestType
from linli.registry.facts import Fact
from linli.registry.grants import Grant
from linli.registry.households import Household
from linli.registry.organisations import Organisation
from linli.registry.people import Person
from linli.registry.places import Resource, Site, Vehicle
from linli.registry.roster import Absence, Assignment, Post
from linli.registry.tokens import ApiToken

__all__ = [
    "Absence",
    "Account",
    "ApiToken",
    "Area",
    "AreaCode",
    "AreaShape",
    "Assignment",
    "ClockDial",
    "Declaration",
    "Duty",
    "Fact",
    "Grant",
    "GridShare",
    "Household",
    "Organisation",
    "Person",
    "Post",
    "RequestType",
    "Resource",
    "Site",
    "Vehicle",
]
