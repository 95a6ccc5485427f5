"""A hospital and Oak Lane in two corners of four roads: what tests of closed roads need."""

from pathlib import Path
from typing import Any

from linli import clock
from tests.bedside import Bedside
from tests.cast import EVENING, City

WEST, EAST, SOUTH, NORTH = 114.30, 114.34, 30.56, 30.60
ACROSS = "114.29 30.58; 114.31 30.58"  # a line over the western road
ROADS = f"""from,to,from_lon,from_lat,to_lon,to_lat,kmh,road
a,b,{WEST},{SOUTH},{WEST},{NORTH},40,1
a,c,{WEST},{SOUTH},{EAST},{SOUTH},40,2
c,d,{EAST},{SOUTH},{EAST},{NORTH},40,3
d,b,{EAST},{NORTH},{WEST},{NORTH},40,4
"""  # a square: from a, where people wait, to b, where the hospital stands, by two ways


def on_four_roads(city: City, settings: Any, folder: Path) -> Bedside:
    """The hospital in the north-west, Oak Lane and the bus in the south-west."""
    file = folder / "roads.csv"
    file.write_text(ROADS, encoding="utf-8")
    settings.ROADS = file
    clock.follow(lambda: clock.Dial(shown=EVENING, speed=0))
    for name in ("oak1", "elm"):
        area = city.areas[name]
        area.longitude, area.latitude = WEST, SOUTH
        area.save()
    made = Bedside(city)
    made.hospital.longitude, made.hospital.latitude = WEST, NORTH
    made.hospital.save()
    made.bus.longitude, made.bus.latitude = WEST, SOUTH
    made.bus.save()
    return made
