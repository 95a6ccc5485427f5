"""Where do the tests of pages begin?"""

from typing import Any

import pytest

from tests.cast import City
from tests.web.furnished import Furnished, furnish


@pytest.fixture
def here(city: City, settings: Any) -> Furnished:
    """The furnished city, a quarter of an hour into the evening; one factor opens the work."""
    settings.SECOND_FACTOR = False
    return furnish(city)
