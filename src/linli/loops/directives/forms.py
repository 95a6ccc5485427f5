"""What does an order say, and to whom does it go?"""

from typing import Annotated

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Form
from linli.registry.areas import Tier

LOWER_TIERS = (Tier.COMMUNITY, Tier.STREET, Tier.DISTRICT)


class DirectiveAsk(Form):
    """An order: its words, the tiers that receive it, and whether each unit reports it done."""

    title: str = Field(min_length=2, max_length=160)
    text: str = Field(min_length=2, max_length=4000)
    tiers: list[Annotated[int, Field(ge=0, le=2)]] = Field(
        default_factory=lambda: [int(tier) for tier in LOWER_TIERS], min_length=1
    )
    report: bool = True


class DirectiveReason(Form):
    """Why an order is withdrawn."""

    reason: str = Field(min_length=2, max_length=500, title=N_("Why?"))
