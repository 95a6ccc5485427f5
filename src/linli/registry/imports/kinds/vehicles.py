"""Vehicles that can be called on, as a list."""

from linli.registry.imports import columns
from linli.registry.imports.columns import Column
from linli.registry.imports.tables import (
    area_column,
    day_column,
    organisation_column,
    point_columns,
    source_columns,
    stamped,
    table_kind,
)
from linli.registry.vehicles import Vehicle, VehicleKind

MOST_SEATS = 500
WORDS = {
    VehicleKind.CAR: ("轿车", "小客车"),
    VehicleKind.WHEELCHAIR_VAN: ("轮椅车", "无障碍车"),
    VehicleKind.BUS: ("公交车", "大巴"),
    VehicleKind.AMBULANCE: ("救护车",),
    VehicleKind.TRUCK: ("货车",),
}

KIND = table_kind(
    Vehicle,
    name="vehicles",
    zh="车辆",
    en="Vehicles",
    power="vehicles.edit",
    key=("plate",),
    with_id=True,
    declared=(
        Column("plate", "车牌号", "Plate", columns.code(20), "#vehicle+plate", required=True),
        Column("kind", "类别", "Kind", columns.choice({k.value: w for k, w in WORDS.items()}),
               "#vehicle+type", required=True, choices=tuple(WORDS)),
        Column("n_seats", "座位数", "Seats", columns.whole(1, MOST_SEATS), "#capacity+seats",
               required=True, type="integer"),
        Column("n_wheelchairs", "轮椅位", "Wheelchair places", columns.whole(0, MOST_SEATS),
               "#capacity+wheelchairs", clears_to=0, type="integer"),
        area_column(),
        organisation_column(),
        *point_columns(),
        day_column("valid_until", "终止日期", "Valid until", "#date+end"),
        *source_columns(),
    ),
    defaults=stamped,
)  # fmt: skip
