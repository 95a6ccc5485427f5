"""How is a Chinese name read? In letters without tones, one space a syllable, surname first."""

from functools import lru_cache

# Surnames that are read otherwise than the same character elsewhere.
SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "朴": "piao",
    "盖": "ge", "翟": "zhai", "任": "ren", "乐": "yue", "黑": "he", "缪": "miao", "宁": "ning",
    "冼": "xian", "召": "shao", "尹": "yin", "盛": "sheng", "纪": "ji", "华": "hua", "应": "ying",
}  # fmt: skip


@lru_cache(maxsize=65_536)
def pinyin_of(name: str) -> str:
    """The reading of a name; letters stay as they are, in small ones."""
    from pypinyin import lazy_pinyin

    name = name.strip()
    if name.isascii():  # the empty one too
        return " ".join(name.casefold().split())
    syllables = lazy_pinyin(name)
    if name[0] in SURNAMES and syllables:
        syllables[0] = SURNAMES[name[0]]
    return " ".join(" ".join(syllables).casefold().split())
