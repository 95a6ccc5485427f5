"""Which routes does the API have? Every loop's, every kind of record's, and the rest by name."""

from ninja.openapi.docs import Swagger

from linli import __version__
from linli.api import (
    accounts,
    boards,
    care,
    cases,
    closures,
    codes,
    donations,
    epidemic,
    evaluation,
    exposures,
    faults,
    follow_ups,
    for_person,
    imports,
    joining,
    laboratory,
    layers,
    oversight,
    places,
    plans,
    proposals,
    records,
    removals,
    risk,
    roster,
    rules,
    screening,
    signals,
    sync,
    transfers,
    visits,
    warning,
    what_if,
    work,
)
from linli.api.auth import Caller
from linli.api.loops import plural, router_of
from linli.api.openapi import LinliAPI
from linli.api.reading import StrictParser
from linli.loops import catalogue
from linli.registry.kinds import KINDS


def build() -> LinliAPI:
    """The API with all its routes."""
    made = LinliAPI(
        title="Linli 邻里",
        version=__version__,
        description=DESCRIPTION,
        auth=Caller(),
        parser=StrictParser(),
        docs=Swagger(),
        docs_url=None,  # its page would call another host for its script
        urls_namespace="api",
    )
    faults.handle(made)
    parts = (
        care, cases, closures, codes, donations, epidemic, evaluation, for_person, imports,
        joining, laboratory, oversight, places, plans, proposals, removals, risk, rules, screening,
        signals, sync, transfers, warning, what_if, work,
    )  # fmt: skip
    for part in parts:
        made.add_router("", part.router)
    made.add_router("/accounts", accounts.router)
    made.add_router("/roster", roster.router)
    made.add_router("/boards", boards.router)
    made.add_router("/map", layers.router)
    made.add_router("/visits", visits.router)
    made.add_router("/exposures", exposures.router)
    made.add_router("/follow-ups", follow_ups.router)
    for kind in KINDS.values():
        made.add_router(f"/{kind.name}", records.router_of(kind))
    for loop in catalogue.all_loops().values():
        made.add_router(f"/{plural(loop)}", router_of(loop))
    return made


DESCRIPTION = """\
Everything the pages can do. Whoever calls acts as an account with its posts: an access token
(`Authorization: Bearer ...`) or a signed-in session. Residents' data needs a purpose
(`X-Purpose`). A fault is always `{code, sentence, values}`, in the language of Accept-Language.
Lists go by key: ask again with the `after` of the last page, and stop when it is null.
Each operation names the roles that may (`x-roles`); where, the posts of the caller decide."""

api = build()
