"""What do people write for a day? Figures, months, weekdays, festivals, and words about them."""

import re
import unicodedata

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
NUMERAL = re.compile(r"[〇零一二三四五六七八九十廿卅两]+")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = r"(?P<{0}>" + "|".join(MONTHS) + r")[a-z]*\.?"
_D = r"\s*(?:[日号]|号)?"

ABOUT = re.compile(r"左右|大约|大概|前后|上下|可能|约|\babout\b|\baround\b|\bapprox\w*|\bca?\.")
OTHER_EVENT = re.compile(
    r"确诊|诊断|住院|入院|出院|就诊|就医|检测|核酸|隔离|接触|confirm\w*|diagnos\w*|admi\w+|test\w*|"
    r"hospital\w*|isolat\w*|contact\w*"
)
UNTIL_NOW = re.compile(r"[-~至到]*\s*(?:至今|到现在|现在|until now|till now|to date)")
DURATION = re.compile(
    r"(?:\d+|几|数)\s*(?:多|余|来|几)?\s*个?\s*(?:天|周|星期|礼拜|月(?!\d)|days?\b|weeks?\b)(?:多|余)?"
)
TIME = re.compile(
    r"(?<=[\d日号天t\s])(?:t|上午|下午|早上|中午|晚上|凌晨)?\s*"
    r"(?:\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?z?|\d{1,2}[点时](?:\d{1,2}分?|半)?)"
)
TO = re.compile(r"^\s*(?:[-~至到]|--|to|until)\s*$")

# Tried from the top at each place of the text; the longest reading of a year comes first.
PHRASES = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("day", r"(?<!\d)(?P<y>\d{4})\s*[-./年]\s*(?P<m>\d{1,2})\s*[-./月]\s*(?P<d>\d{1,2})(?!\d)"
                + _D),
        ("either", r"(?<!\d)(?P<a>\d{1,2})[-./](?P<b>\d{1,2})[-./](?P<y>\d{4})(?!\d)"),
        ("day", r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?!\d)"),
        ("day", _MONTH.format("en") + r"\s*(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,?\s*(?P<y>\d{4}))?"
                r"(?!\d)"),
        ("day", r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th)?\s*(?:of\s+)?" + _MONTH.format("en")
                + r"(?:,?\s*(?P<y>\d{4}))?"),
        ("part", r"(?P<part>early|mid|late)[\s-]*" + _MONTH.format("en") + r"(?:\s*(?P<y>\d{4}))?"),
        ("month", r"(?<!\d)(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月(?:份)?(?!\s*\d)"
                  r"(?P<part>上旬|中旬|下旬|初|中|底|末)?"),
        ("month", r"(?<!\d)(?P<y>\d{4})\s*[-./]\s*(?P<m>\d{1,2})(?!\s*[-./\d])"),
        ("month", _MONTH.format("en") + r"\s*(?P<y>\d{4})"),
        ("lunar", r"(?:正月|腊月|大年|年)?(?P<first>初)\s*(?P<d>\d{1,2})"),
        ("eve", r"除夕|大年夜|(?:大年|(?<!\d)年)30|new year'?s eve"),
        ("lunar", r"(?P<lm>正|腊)月\s*(?P<d>\d{1,2})"),
        ("lantern", r"元宵节?"),
        ("day", r"(?<!\d)(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})(?!\d)" + _D),
        ("month", r"(?<!\d)(?P<m>\d{1,2})\s*月(?:份)?(?P<part>上旬|中旬|下旬|初|中|底|末)?"),
        ("day", r"(?<!\d)(?P<m>\d{1,2})\s*[-./]\s*(?P<d>\d{1,2})(?!\d)" + _D),
        ("new year", r"元旦"),
        ("ago", r"(?P<n>\d+)\s*(?:天|日)(?:之|以)?前|(?P<en>\d+)\s*days?\s*ago"),
        ("ago", r"(?P<w>\d+)\s*(?:周|个?星期|礼拜)(?:之|以)?前|(?P<ew>\d+)\s*weeks?\s*ago"),
        ("ago", r"(?P<word>大前天|前天|前日|昨天|昨日|昨晚|今天|今日|今早|day before yesterday|"
                r"yesterday|today)"),
        ("weekday", r"(?P<which>上上|上|本|这)?个?(?:周|星期|礼拜)(?P<wd>[1-6日天])(?!\d)"),
        ("weekday", r"(?P<which>last|this)?\s*\b(?P<wd>" + "|".join(WEEKDAYS)
                    + r")(?:day|sday|nesday|rsday|urday)?\b"),
    )
)  # fmt: skip
BARE_DAY = re.compile(r"^\s*(?P<d>\d{1,2})\s*[日号]")
DAYS_BACK = {
    "大前天": 3, "前天": 2, "前日": 2, "day before yesterday": 2, "昨天": 1, "昨日": 1, "昨晚": 1,
    "yesterday": 1, "今天": 0, "今日": 0, "今早": 0, "today": 0,
}  # fmt: skip
PARTS = {
    "上旬": (1, 10), "初": (1, 10), "early": (1, 10), "中旬": (11, 20), "中": (11, 20),
    "mid": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31), "late": (21, 31),
}  # fmt: skip


def plain(text: str) -> str:
    """The text in one alphabet of figures: full width and Chinese numerals become digits."""
    found = unicodedata.normalize("NFKC", text).lower().strip()
    found = re.sub(r"[–—―−～〜]", "-", found).replace("元月", "1月").replace("’", "'")
    return NUMERAL.sub(lambda match: _figure(match.group()), found)


def _figure(numeral: str) -> str:
    """二十三 is 23, 廿八 is 28, 二〇二〇 is 2020."""
    expanded = numeral.replace("廿", "二十").replace("卅", "三十")
    if "十" not in expanded:
        return "".join(str(DIGITS[c]) for c in expanded)
    tens, _, ones = expanded.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return numeral  # no number of a day; left as it stands, and so refused
    return str((DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0))
