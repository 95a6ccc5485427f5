"""Where do the tests of pages begin?"""

from typing import Any

import pytest

from tests import kept
from tests.web.furnished import Furnished, build_furnished, stand_still


@pytest.fixture
def here(db: None, settings: Any) -> Furnished:
    """The furnished city, a quarter of an hour into the evening; one factor opens the work."""
    settings.SECOND_FACTOR = False
    made = kept.put(build_furnished)
    stand_still()
    return made
