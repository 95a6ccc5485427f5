"""What goes out comes in again: nothing edited, nothing changed; one cell edited, one update."""

import csv
import io
import tracemalloc
from datetime import date

import pytest

from linli.audit.records import Record
from linli.errors import NotAllowed, PurposeNeeded
from linli.registry import exports
from linli.registry.facts import Fact
from linli.registry.imports import kinds
from linli.registry.person import Person
from tests.cast import City
from tests.lists import come_in, counts

pytestmark = pytest.mark.db

LISTS = {
    "areas": """类别,名称,上级区域,编码体系,编码,经度,纬度
街道,柏树街道,W市/东区,nbs,420102009,114.3,30.6
社区,柏树里社区,柏树街道,nbs,420102009001,,
""",
    "organisations": """类别,名称,所属区域,电话,临时,终止日期
物业,橡树物业,橡树里社区,+86 27 8000 0001,,
其他,临时指挥部,W市,,是,2190-01-01
""",
    "households": """户编号,责任网格,楼栋,楼层,房号,备注
H1,橡树里第一网格,橡树院/1栋,3,301,=cmd|x
,橡树里第一网格,橡树院/1栋,4,'-1,
""",
    "people": """姓名,出生日期,手机号,户编号,需求,责任网格,流动人口
王小明,1950-03-04,13900000001,,wheelchair,橡树里第一网格,否
@李,1951-03-04,+8613900000002,,,橡树里第一网格,是
""",
    "posts": """所属区域,角色,职务,账号,起始日期,终止日期,副职,第一责任人
橡树里社区,secretary,书记,eve,2020-01-01,2021-01-31,,是
橡树里社区,grid_worker,网格员,,,,,
橡树里社区,grid_worker,网格员,cy,2020-01-01,,,
橡树里社区,grid_worker,网格员,cleo,2020-01-01,,,
""",
    "sites": """类别,名称,所属区域,经度,纬度
医院,榆树医院,榆树街道,114.31,30.59
""",
    "vehicles": """车牌号,类别,座位数,轮椅位,所属区域,经度,纬度
鄂A00001,轮椅车,4,1,榆树街道,114.31,30.59
""",
    "resources": """种类代码,名称,数量,计量单位,所属区域
generator,发电机,2,台,橡树里社区
""",
    "duties": """职责代码,事项,名称,英文名,层级,牵头角色,起始日期
d9,noise,扰民,Noise,社区,grid_worker,2020-01-01
d9,noise,扰民,Noise,街道,grid_worker,2020-02-01
""",
    "request_types": """代码,名称,英文名,等级,职责代码
birds,鸟,Birds,一般,d-noise
""",
    "qualifications": """登记单位,账号,类别,名称,证明,取得日期,有效期至
橡树里社区,cy,社会工作者证书,助理社会工作师,GR2018-0042,2018-09-01,2028-08-31
橡树里社区,bo,大专及以上学历,社会学学士,毕业证 12034,2014-06-30,
""",
    "facts": """所属区域,指标,数值,计量单位,截至日期,来源
橡树里社区,population,2500,人,2020-01-01,census
""",
}
WHO = {"posts": "lou", "qualifications": "lou"}  # the administrator keeps the roster


def taken_out(city: City, kind: str, *, by: str = "ida", form: str = "csv") -> bytes:
    purpose = "registry" if kinds.get(kind).about_residents else None
    out = exports.export(city.actor(by), kind, purpose=purpose, form=form, tags=True)
    return b"".join(out.chunks)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", LISTS)
def test_a_list_that_goes_out_and_comes_in_again_changes_nothing(
    city: City, kind: str, form: str
) -> None:
    by = WHO.get(kind, "ida")
    n = LISTS[kind].count("\n") - 1
    assert counts(come_in(city, LISTS[kind], kind=kind, by=by)) == {"created": n}
    assert counts(come_in(city, LISTS[kind], kind=kind, by=by)) == {"unchanged": n}

    out = taken_out(city, kind, form=form, by="fay" if kind in WHO else by)
    again = come_in(city, out, kind=kind, by=by)

    assert counts(again) == {"unchanged": again.n_rows}
    assert again.n_rows >= n


def test_every_kind_of_list_is_tried() -> None:
    assert set(LISTS) == set(kinds.every())


def test_one_edited_cell_is_one_update(city: City) -> None:
    come_in(city, LISTS["people"], kind="people")
    out = taken_out(city, "people").decode("utf-8-sig")

    result = come_in(city, out.replace("13900000001", "13900000009"))

    assert counts(result) == {"unchanged": 1, "updated": 1}
    assert Person.objects.filter(phone="13900000009").count() == 1


def test_what_a_role_does_not_see_goes_out_masked_and_does_not_come_back(city: City) -> None:
    come_in(city, LISTS["people"], kind="people")
    out = exports.export(city.actor("fay"), "people", purpose="service", language="en")
    text = b"".join(out.chunks).decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text)))

    assert rows[0]["Name"] == "王小明"
    assert rows[0]["Date of birth"] == "•••"
    assert counts(come_in(city, text)) == {"refused": 2}
    assert Person.objects.filter(birth_date=date(1950, 3, 4)).exists()


def test_a_list_goes_out_of_the_own_area_only_and_is_recorded(city: City) -> None:
    come_in(city, LISTS["people"].replace("橡树里第一网格,是", "白蜡路第一网格,是"), kind="people")
    with pytest.raises(PurposeNeeded):
        exports.export(city.actor("sam"), "people")
    with pytest.raises(NotAllowed):
        exports.export(city.actor("cy"), "people", purpose="service")

    out = exports.export(city.actor("sam"), "people", purpose="registry")
    text = b"".join(out.chunks).decode()

    assert "王小明" in text
    assert "李" not in text
    acts = Record.objects.filter(kind="people").values_list("act", flat=True)
    assert sorted(acts) == ["export", "export.end"]


def test_a_list_has_a_table_schema() -> None:
    described = exports.schema("vehicles")

    by_name = {field["name"]: field for field in described["fields"]}
    assert by_name["n_seats"]["type"] == "integer"
    assert by_name["plate"]["constraints"] == {"required": True}
    assert "wheelchair_van" in by_name["kind"]["constraints"]["enum"]


def test_a_list_ten_times_as_long_takes_no_more_memory(city: City) -> None:
    oak = city.areas["oak"]

    def peak(n: int) -> int:
        Fact.objects.all().delete()
        Fact.objects.bulk_create(
            Fact(
                area=oak, path=oak.path, key=f"k{i}", value=i, unit="1", as_of=date(2020, 1, 1),
                source="test",
            )
            for i in range(n)
        )  # fmt: skip
        tracemalloc.start()
        sent = sum(len(chunk) for chunk in exports.export(city.actor("ida"), "facts").chunks)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert sent > n * 20
        return most

    peak(50)  # what is loaded once is no part of it

    assert peak(12_000) < 1.5 * peak(4_500)
