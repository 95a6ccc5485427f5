"""Which words stand for the codes that a city's own records hold? Shown instead of the codes.

A code that is not here is the city's own and is shown as it was written.
"""

from collections.abc import Mapping

from linli.errors import N_

NEEDS: dict[str, str] = {
    "lone_elder": N_("old and living alone"),
    "wheelchair": N_("uses a wheelchair"),
    "dialysis": N_("needs dialysis"),
    "pregnant": N_("pregnant"),
    "infant": N_("infant"),
    "disabled": N_("disabled"),
    "special_care": N_("needs special care"),
    "repeat_medicine": N_("takes medicine all the time"),
}
RELATIONS: dict[str, str] = {
    "head": N_("head of the household"),
    "partner": N_("husband or wife"),
    "child": N_("child"),
    "parent": N_("father or mother"),
    "adult_child": N_("grown-up child"),
    "room_mate": N_("flatmate"),
}
SKILLS: dict[str, str] = {
    "first_aid": N_("first aid"),
    "driving": N_("driving"),
    "medical": N_("medicine and nursing"),
    "counselling": N_("counselling"),
    "mediation": N_("settling quarrels"),
    "repairs": N_("repairs"),
}
TOPICS: dict[str, str] = {
    "care": N_("Care at home"),
    "gas": N_("Gas"),
    "health": N_("Illness and hospital"),
    "heat": N_("Heating"),
    "information": N_("Information and rumours"),
    "livelihood": N_("Money and shelter"),
    "market": N_("Prices and shops"),
    "mediation": N_("Quarrels"),
    "medicine": N_("Medicine"),
    "network": N_("Telephone and network"),
    "order": N_("Order and fire safety"),
    "papers": N_("Papers and certificates"),
    "power": N_("Electricity"),
    "property": N_("Lifts, drains and other repairs"),
    "psych": N_("Worries and distress"),
    "sanitation": N_("Cleaning and disinfection"),
    "schooling": N_("School"),
    "supply": N_("Food and daily goods"),
    "transfer": N_("A ride"),
    "volunteering": N_("Volunteers"),
    "water": N_("Water"),
}
RESOURCES: dict[str, str] = {
    "wheelchair": N_("wheelchair"),
    "stretcher": N_("stretcher"),
    "oxygen_concentrator": N_("oxygen concentrator"),
    "oximeter": N_("finger pulse oximeter"),
    "thermometer": N_("forehead thermometer"),
    "sprayer": N_("disinfectant sprayer"),
    "generator": N_("emergency generator"),
    "folding_bed": N_("folding bed"),
    "mask_box": N_("masks"),
    "protective_suit": N_("protective suit"),
}
FIGURES: dict[str, str] = {
    "population": N_("Residents"),
    "population_2010": N_("Residents, census of 2010"),
    "population_2020": N_("Residents, census of 2020"),
    "population_end_2019": N_("Residents at the end of 2019"),
    "male_2020": N_("Men and boys, census of 2020"),
    "female_2020": N_("Women and girls, census of 2020"),
    "urban_pct": N_("Living in town, percent"),
    "floating_population": N_("Registered elsewhere"),
    "age_0_14_pct": N_("Aged 0 to 14, percent"),
    "age_15_59_pct": N_("Aged 15 to 59, percent"),
    "age_60_plus_pct": N_("Aged 60 and over, percent"),
    "age_65_plus_pct": N_("Aged 65 and over, percent"),
    "family_households_2020": N_("Family households, census of 2020"),
    "family_household_population_2020": N_("People in family households, census of 2020"),
    "collective_households_2020": N_("Collective households, census of 2020"),
    "collective_household_population_2020": N_("People in collective households, census of 2020"),
    "mean_family_household_size_2010": N_("People in a family household, 2010"),
    "mean_family_household_size_2020": N_("People in a family household, 2020"),
    "elderly60_registered_2019_pct": N_("Registered residents aged 60 and over, 2019, percent"),
    "streets_towns": N_("Streets and towns"),
    "communities": N_("Communities"),
    "villages": N_("Villages"),
    "compounds": N_("Compounds"),
    "grids": N_("Grids"),
    "grids_served": N_("Grids served"),
    "households_per_community_worker": N_("Households to one community worker"),
    "fever_clinics": N_("Fever clinics"),
    "designated_hospitals": N_("Designated hospitals"),
    "supply_hub_shops": N_("Shops that supply the neighbourhood"),
    "buses": N_("Buses"),
    "vehicles_per_community": N_("Vehicles to one community"),
    "volunteers_total": N_("Volunteers in all"),
    "volunteers_on_supply_duty": N_("Volunteers who carry supplies"),
    "cadres_on_supply_duty": N_("Officials who carry supplies"),
    "mass_work_teams": N_("Teams sent to the neighbourhoods"),
    "community_worker_college_pct": N_("Community workers with a college degree, percent"),
    "community_worker_certificate_pct": N_("Community workers with a certificate, percent"),
}
UNITS: dict[str, str] = {
    "people": N_("people"),
    "persons": N_("people"),
    "households": N_("households"),
    "piece": N_("pieces"),
    "box of 50": N_("boxes of 50"),
    "pack": N_("packs"),
    "count": N_("in number"),
    "vehicles": N_("vehicles"),
    "teams": N_("teams"),
    "percent": N_("percent"),
}
WORDS: dict[str, Mapping[str, str]] = {
    "people.needs": NEEDS,
    "people.relation": RELATIONS,
    "duties.skill": SKILLS,
    "duties.topic": TOPICS,
    "resources.what": RESOURCES,
    "resources.unit": UNITS,
    "facts.key": FIGURES,
    "facts.unit": UNITS,
}


def word_for(column: str, code: str) -> str:
    """The English words for a code of a column, or the code."""
    return WORDS.get(column, {}).get(code, code)
