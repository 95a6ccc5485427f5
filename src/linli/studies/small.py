"""Is an area so small that a count of its cases points at a person, and who may see it then?"""

from linli.errors import N_, NotAllowed
from linli.policy.can import Actor
from linli.policy.roles import DUTY_OFFICERS, Role
from linli.registry.areas import Area

SEE_CASES = DUTY_OFFICERS | {Role.TRACER}  # of those who study


class TooSmall(NotAllowed):
    """Below a community counts are for those who see the cases themselves."""

    code = "too_small"
    sentence = N_(
        "{area} is so small that a count may point at a person. Choose its community, or a wider "
        "area."
    )


def check_size(actor: Actor, area: Area) -> None:
    """Raises TooSmall."""
    sees = any(area.path.startswith(held.path) for held in actor.holds(SEE_CASES))
    if area.tier is None and not sees:
        raise TooSmall(area=area.name_zh)
