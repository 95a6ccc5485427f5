"""What does each step set on the item, beyond its stage and clock?"""

from collections.abc import Mapping
from typing import Any

from django.utils.crypto import salted_hmac

from linli.loops.requests.forms import IN_PERSON
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing

BACK_CHECK_ONE_IN = 20  # 5 % of closed items are asked about again (S66)


def answered(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """A reply exists, a rating is offered with it; a call or visit has brought it already."""
    return {
        "replied_at": scene.now,
        "in_time": None if item.clock_id is None else not item.missed,
        "rating_asked_at": scene.now,
        "reply_seen_at": scene.now if form["reach"] in IN_PERSON else None,
        "solved_tier": item.tier,
        "data": {**item.data, "reply": form["note"], "result": form["result"]},
    }


def seen(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The resident has the reply."""
    return {} if item.reply_seen_at is not None else {"reply_seen_at": scene.now}


def rated(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The resident has said whether it was solved: closed is not solved."""
    return {
        "solved": form["solved"],
        "satisfied": form.get("satisfied"),
        "outcome": "solved" if form["solved"] else "not_solved",
        "reply_seen_at": item.reply_seen_at or scene.now,
        "back_check": "asked" if drawn(item.uid) else "",
    }


def lapsed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The resident had the reply and said nothing: closed without a rating, not as solved."""
    return {"outcome": "unrated", "back_check": "asked" if drawn(item.uid) else ""}


def merged(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """It goes on as part of the earlier one."""
    return {"outcome": "merged"}


def withdrawn(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The resident needs it no longer."""
    return {"outcome": "withdrawn"}


def one_more(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Somebody else asks for the same."""
    return {"n_me_too": item.n_me_too + 1}


def more(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Who asked by another request that was joined to this one."""
    return {"n_me_too": item.n_me_too + form["n"]}


def checked(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """A second person has asked again."""
    return {"back_check": "agrees" if form["agrees"] else "differs"}


def drawn(uid: object) -> bool:
    """Whether a closed request is asked about again.

    Drawn from its uid by a secret, so that whoever makes uids cannot choose what is checked.
    """
    digest = salted_hmac("linli.back_check", str(uid), algorithm="sha256").digest()
    return int.from_bytes(digest[:8]) % BACK_CHECK_ONE_IN == 0
