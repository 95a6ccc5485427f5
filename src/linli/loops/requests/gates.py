"""What must be true before a request may move? Each gate says what is missing."""

from collections.abc import Mapping
from typing import Any

from linli.errors import N_
from linli.loops import write
from linli.loops.ledger import Event
from linli.loops.loop import Gate, State, Unmet
from linli.loops.requests.forms import IN_PERSON
from linli.loops.scene import Scene
from linli.loops.standing import Standing


def _received(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if item.reply_seen_at is not None:
        return None
    return Unmet(
        "reply_received",
        N_("The resident has not had the reply yet. Call or visit, and record that it was told."),
    )


def _told_in_person(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if form.get("reach") in IN_PERSON:
        return None
    return Unmet(
        "told_in_person", N_("Only a call or a visit shows that the resident has the reply.")
    )


def _another_person(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Neither who holds it now nor who ever answered it, whoever holds it since."""
    answers = Event.objects.filter(item_id=item.id, step="answer")
    solvers = {item.holder_id, *answers.values_list("actor_id", flat=True)}
    if scene.actor.id is not None and scene.actor.id not in solvers:
        return None
    return Unmet("another_person", N_("Somebody other than who solved it has to check."))


def _was_sampled(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if item.back_check == "asked":
        return None
    return Unmet("sampled", N_("This item is not in the sample for back-checks, or is checked."))


def _same_loop(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    first = write.load(form["item"], lock=False)
    if first is None or first.id == item.id or first.loop != item.loop:
        return Unmet("earlier_item", N_("There is no other request with that number."))
    if first.duplicate_of is not None or first.community_id != item.community_id:
        return Unmet(
            "earlier_item", N_("That request is itself merged, or lies in another community.")
        )
    if first.state == State.CLOSED:
        return Unmet("earlier_item", N_("That request is closed. Open a new one, or keep this."))
    return None


REPLY_RECEIVED = Gate("reply_received", N_("the resident has the reply"), _received)
TOLD_IN_PERSON = Gate("told_in_person", N_("told by call or visit"), _told_in_person)
ANOTHER_PERSON = Gate("another_person", N_("checked by somebody else"), _another_person)
WAS_SAMPLED = Gate("sampled", N_("in the sample"), _was_sampled)
EARLIER_ITEM = Gate("earlier_item", N_("an earlier request in the same community"), _same_loop)
