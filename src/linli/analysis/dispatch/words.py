"""What are categories, grades and needs called, and how is a moment of a plan told?"""

from linli.analysis.dispatch.snapshot import Category, Need, Severity
from linli.errors import N_, Word

MINUTE_S, HOUR_S = 60, 3_600
CATEGORIES = {
    Category.CONFIRMED: Word(N_("confirmed")),
    Category.SUSPECTED: Word(N_("suspected")),
    Category.FEVER: Word(N_("with fever")),
    Category.CONTACT: Word(N_("close contacts")),
    Category.RECOVERED: Word(N_("recovered")),
    Category.ORDINARY: Word(N_("ordinary patients")),
}
GRADES = {
    Severity.UNKNOWN: Word(N_("not graded")),
    Severity.MILD: Word(N_("mildly ill")),
    Severity.ORDINARY: Word(N_("moderately ill")),
    Severity.SEVERE: Word(N_("severely ill")),
    Severity.CRITICAL: Word(N_("critically ill")),
}
NEEDS = {
    Need.STRETCHER: Word(N_("a stretcher")),
    Need.WHEELCHAIR: Word(N_("a wheelchair")),
    Need.OXYGEN: Word(N_("oxygen")),
    Need.LIFE_SUPPORT: Word(N_("life support")),
    Need.DIALYSIS: Word(N_("dialysis")),
    Need.INTENSIVE_CARE: Word(N_("intensive care")),
}


def minutes(seconds: int) -> int:
    """Whole minutes, half up."""
    return (seconds + MINUTE_S // 2) // MINUTE_S


def moment(seconds: int) -> str:
    """A moment of a plan in hours and minutes since its start: +1:05."""
    return f"+{seconds // HOUR_S}:{seconds % HOUR_S // MINUTE_S:02d}"
