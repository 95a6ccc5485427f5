"""Does the loop of the how-to work, as one new folder and nothing else?"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.db import transaction

from linli import loops
from linli.api.loops import router_of
from linli.loops import catalogue
from linli.loops.loop import diagram
from linli.loops.shipped import ship_limits
from tests.cast import City
from tests.house.tracked import ROOT

pytestmark = pytest.mark.db
PAGE = ROOT / "docs" / "how-to" / "add-a-loop.md"
BLOCK = re.compile(r"^```(?:python|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = ("loop.py", "limits.toml", "test_lifts.py")


@pytest.fixture
def lifts(tmp_path: Path, city: City) -> Iterator[ModuleType]:
    """The folder that the page makes, found by being there; its tests."""
    folder = tmp_path / "lifts"
    folder.mkdir()
    (folder / "__init__.py").touch()
    texts = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    for name, text in zip(FILES, texts, strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    loops.__path__.append(str(tmp_path))
    catalogue.all_loops.cache_clear()
    ship_limits()
    tests = ModuleType("test_lifts")
    exec(compile(texts[2], "test_lifts.py", "exec"), tests.__dict__)
    yield tests
    loops.__path__.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("linli.loops.lifts")]:
        del sys.modules[name]
    catalogue.all_loops.cache_clear()


def test_the_loop_of_the_page_keeps_its_own_tests(lifts: ModuleType, city: City) -> None:
    tests: list[Callable[[City], None]] = [
        test for name, test in vars(lifts).items() if name.startswith("test_")
    ]

    assert len(tests) == 4
    for test in tests:
        with transaction.atomic():
            test(city)
            transaction.set_rollback(True)


def test_its_routes_and_its_diagram_are_written_from_it(lifts: ModuleType) -> None:
    loop = catalogue.get("lift")

    paths = set(router_of(loop).path_operations)

    assert any("mend" in path for path in paths)
    assert "    mending --> mended: mend" in diagram(loop)
    assert "    reported --> reported: free" in diagram(loop)
