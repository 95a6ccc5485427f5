"""On which day did the eve of the lunar New Year fall, and the fifth after it?"""

from datetime import date, timedelta

from lunar_python import Lunar, Solar


def day_of(lunar_year: int, month: int, day: int) -> date:
    """The day of a lunar date; ValueError where that month has no such day."""
    try:
        solar = Lunar.fromYmd(lunar_year, month, day).getSolar()
    except Exception as unknown:  # the library raises nothing narrower
        raise ValueError(str(unknown)) from None
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def eve_of(lunar_year: int) -> date:
    """The eve of a lunar year, called the thirtieth even where the month before has 29 days."""
    return day_of(lunar_year, 1, 1) - timedelta(days=1)


def year_and_month(day: date) -> tuple[int, int]:
    """The lunar year and month a day lies in; a leap month is negative."""
    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    return lunar.getYear(), lunar.getMonth()
