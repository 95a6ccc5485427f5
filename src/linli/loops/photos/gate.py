"""The gate that is open once a photo of today's work is there, where the item asks for one."""

from collections.abc import Mapping
from typing import Any

from linli.errors import N_
from linli.loops.loop import Gate, Unmet
from linli.loops.photos.tables import Photo
from linli.loops.standing import Standing


def _shown(item: Standing, form: Mapping[str, Any], scene: Any) -> Unmet | None:
    if not item.data.get("photo") or Photo.objects.filter(item_id=item.id).exists():
        return None
    return Unmet("photo", N_("A photo is asked for and none is there. Add one first."))


PHOTO = Gate("photo", N_("a photo, where one is asked for"), _shown)
