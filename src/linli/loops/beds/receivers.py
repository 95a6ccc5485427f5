"""Who receives at a site, and are they on duty now?"""

from linli.policy.roles import Role
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.roster import Absence

RECEIVERS = frozenset({Role.CLINICIAN, Role.COMMUNITY_DESK, Role.SECRETARY})
DISPATCHERS = frozenset({Role.STREET_DUTY, Role.DISTRICT_COMMAND, Role.CITY_COMMAND})


def on_duty(path: str, at: int, roles: frozenset[Role] = RECEIVERS) -> list[int]:
    """The accounts that hold one of the roles at this path or above it now, and are not away."""
    held = sorted(set(roster.holders_above(path, roles, at)))
    away = set(
        Absence.objects.filter(account_id__in=held, starts_at__lte=at, ends_at__gt=at).values_list(
            "account_id", flat=True
        )
    )
    return [account for account in held if account not in away]


def named(account_ids: list[int]) -> list[tuple[int, str]]:
    """These accounts with their names, by name."""
    rows = Account.objects.filter(id__in=account_ids).order_by("display_name", "id")
    return list(rows.values_list("id", "display_name"))
