"""Lists come in and go out at the prompt."""

import json
from pathlib import Path

import pytest

from linli.registry.person import Person
from tests.cast import City
from tests.cli.prompt import linli

pytestmark = pytest.mark.db

TABLE = "名字,手机号,责任网格\n王小明,13900000001,橡树里第一网格\n李丽,不详,橡树里第一网格\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(TABLE, "utf-8")
    return path


def test_a_list_comes_in_with_a_mapping_and_says_what_became_of_every_row(
    city: City, table: Path, tmp_path: Path
) -> None:
    meaning = tmp_path / "map.json"
    meaning.write_text(json.dumps({"名字": "name", "手机号": "phone", "责任网格": "area"}), "utf-8")
    result = tmp_path / "result.csv"
    said = ["import", "people", str(table), "--map", str(meaning), "--result", str(result)]

    dry = linli(*said, "--dry-run", code=1)
    assert "2 rows: 1 created" in dry.stdout
    assert Person.objects.count() == 0
    real = linli(*said, code=1)

    assert "1 refused" in real.stdout
    assert Person.objects.get().name == "王小明"
    assert "不详 is no telephone number" in result.read_text("utf-8-sig")


def test_a_list_goes_out_and_its_schema(city: City, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "areas.xlsx"

    linli("export", "areas", "--form", "xlsx", "--out", str(out))

    assert out.read_bytes().startswith(b"PK")
    assert "橡树里社区" in linli("export", "areas").stdout
    assert json.loads(linli("export", "areas", "--schema").stdout)["name"] == "areas"
    assert "There is no list unicorns" in linli("export", "unicorns", code=2).stderr


def test_a_wrong_file_is_one_sentence(city: City, tmp_path: Path) -> None:
    wrong = tmp_path / "x.csv"
    wrong.write_bytes(b"\x89PNG\r\n")

    assert "picture" in linli("import", "people", str(wrong), code=2).stderr
