"""The English of what the charts and abstracts say: names, numbers, periods; nothing guessed.

Names come from the codelists, phrases from `data/codelists/english.csv`, numbers and periods from
rules. Whatever none of them covers has no English, and is reported, not left in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from cqbook.data.catalog import Catalog
from cqbook.errors import DataError, visible
from cqbook.figures import theme
from cqbook.figures.expressions import expressible
from cqbook.figures.identity import Identity, Spec, rows_drawn
from cqbook.figures.placing import LETTER, LINE, Axis, shifts
from cqbook.quantities.about import STATUS_ZH
from cqbook.quantities.quantity import DERIVED

CHINESE = re.compile(r"[\u3400-\u9fff]")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
QUARTERS = dict(zip("一二三四", range(1, 5), strict=True))
#: Unit as printed → (places that the point moves to the right, how the number is then written).
ENGLISH_UNITS: dict[str, tuple[int, str]] = {
    "万亿元": (0, "CNY {} trillion"),
    "亿元": (-1, "CNY {} bn"),
    "亿美元": (-1, "USD {} bn"),
    "万元": (1, "CNY {}k"),
    "元/吨": (0, "CNY {}/t"),
    "元/标箱": (0, "CNY {}/TEU"),
    "元": (0, "CNY {}"),
    "万辆": (1, "{}k vehicles"),
    "辆": (0, "{} vehicles"),
    "万标箱": (1, "{}k TEU"),
    "标箱": (0, "{} TEU"),
    "万千瓦": (-2, "{} GW"),
    "天": (0, "{} days"),
    "个月": (0, "{} months"),
    "吨": (0, "{} t"),
    "箱": (0, "{} containers"),
    "列": (0, "{} trains"),
    "万件": (1, "{}k pieces"),
    "件": (0, "{}"),
    "万套": (1, "{}k sets"),
    "类": (0, "{}"),
    "个百分点": (0, "{} pp"),
    "百分点": (0, "{} pp"),
    "%": (0, "{}%"),
    "亩": (0, "{} mu"),
    "万台": (1, "{}k units"),
    "台": (0, "{} units"),
    "条": (0, "{}"),
    "项": (0, "{}"),
    "个": (0, "{}"),
    "家": (0, "{}"),
    "人": (0, "{} people"),
    "场": (0, "{}"),
    "位": (0, "{}"),
    "倍": (0, "{} times"),
    "秒": (0, "{} s"),
    "": (0, "{}"),
}
_NUMBER = r"[-−]?\d+(?:\.\d+)?"
_UNIT = "|".join(sorted((re.escape(unit) for unit in ENGLISH_UNITS if unit), key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?P<before>超过|超|近|约|不到|第|\+)?(?P<number>{_NUMBER})(?P<unit>{_UNIT})?"
    r"(?P<after>以上|以下|左右|余|级)?"
)
BEFORE = {"超": "over {}", "超过": "over {}", "近": "nearly {}", "约": "about {}"}
BEFORE |= {"不到": "under {}", "第": "no. {}"}
AFTER = {"以上": "{} or more", "以下": "{} or less", "左右": "about {}", "余": "over {}"}
AFTER |= {"级": "{} class"}
_QUALIFIERS = re.compile("|".join(sorted([*BEFORE, *AFTER], key=len, reverse=True)))
#: What joins two pieces, each said by itself.
JOINTS = (
    ("\n", "\n"),
    ("；", "; "),
    ("，", ", "),
    ("、", ", "),
    ("·", " · "),
    ("—", "–"),
    (" < ", " < "),
    (" > ", " > "),
    (" ≤ ", " ≤ "),
    (" ≥ ", " ≥ "),
    ("至", " to "),
    ("与", " and "),
)


#: A place of a phrase; English that changes their order numbers them.
_PLACE = re.compile(r"\{(\d?)\}")


def _places(form: str) -> int:
    """Return how many places an English phrase has; 0 if they are numbered past their number."""
    found = _PLACE.findall(form)
    return len(found) if all(int(number or 0) < len(found) for number in found) else 0


class Phrasebook(dict[str, str]):
    """The English of names and phrases; ``forms``: phrases with places (``截至{}``), longest first.

    What stands in a place of a phrase is said in English by itself.
    """

    def __init__(self, words: Mapping[str, str] = MappingProxyType({})) -> None:
        """Keep the words, and those with places as patterns."""
        super().__init__(words)
        said = [zh for zh, en in words.items() if 0 < zh.count("{}") == _places(en)]
        # a phrase with a place says less than the one whose words stand there
        said.sort(key=lambda zh: len(zh.replace("{}", "")), reverse=True)
        self.forms = [
            (re.compile("(.+?)".join(map(re.escape, zh.split("{}"))), re.S), words[zh])
            for zh in said
        ]


def dictionary(book: Catalog) -> Phrasebook:
    """Return the English of every name of the codelists and of the phrases."""
    pairs = book.english_names
    rows = book.text("districts")
    # charts set the short name: 沙坪坝, not 沙坪坝区
    short = rows["name_zh"].str.replace(r"(土家族|苗族)*(自治县|区|县)$", "", regex=True)
    found = dict(zip(short, rows["name_en"], strict=True)) | dict(pairs)
    return Phrasebook({zh: en for zh, en in found.items() if zh and en})


def in_english(book: Catalog, *texts: object, kept: bool = False) -> Callable[[str], str]:
    """Return the function that says a name, number or period in English; see `english`.

    Parameters
    ----------
    book : Catalog
    kept : bool
        A text without English stays as it is: for notes that list what the data name.

    Raises
    ------
    DataError
        If it is called as that function is: ``cq.in_english(book)(text)``; by the function, where
        there is no English.
    """
    if texts or not isinstance(book, Catalog):
        msg = (
            "cq.in_english(book) 给出一个函数：say = cq.in_english(book)；say(文字)"
            " | cq.in_english(book) gives a function: say = cq.in_english(book); say(text)"
        )
        raise DataError(msg)
    known = dictionary(book)
    if kept:
        return lambda text: said_or_kept(text, known)

    def say(text: str) -> str:
        try:
            return english(text, known)
        except KeyError:
            msg = (
                f"“{visible(text)}”没有英文：名字写进它的表，别的写进 data/codelists/english.csv"
                f" | no English for {visible(text)!r}: a name belongs in its table, other words in"
                " data/codelists/english.csv"
            )
            raise DataError(msg) from None

    return say


#: Punctuation of Chinese that may stand in a text without a Chinese word.
_HALF_WIDTH = str.maketrans(
    {"—": "–", "，": ", ", "；": "; ", "：": ": ", "、": ", ", "。": ". ", "（": " (", "）": ")"}
)


def english_quantity(text: str, bare: str = "") -> str:
    """Return a number with its unit and qualifier in English, or ``""``: 超700万辆.

    Parameters
    ----------
    text : str
    bare : str
        The unit of a number that has none beside it: it is said in `unit_words` of that, and
        stays bare.
    """
    found = _QUANTITY.fullmatch(text)
    if not found:
        return ""
    number = Decimal(found["number"].replace("−", "-"))
    places, form = _scale(found["unit"] or "", abs(number))
    if not found["unit"]:
        places = ENGLISH_UNITS.get(bare, (0, ""))[0]
    # a sign stands before the currency: −CNY 3.8 bn
    sign = "−" if number < 0 else "+" if found["before"] == "+" else ""
    moved = _moved(abs(number), places)
    if found["before"] in BEFORE and "." in moved and "." not in found["number"]:
        # who prints 约320万 does not mean the nought: about 3.2 m, not 3.20
        moved = moved.rstrip("0").rstrip(".")
    said = sign + form.format(moved)
    said = BEFORE.get(found["before"] or "", "{}").format(said)
    return AFTER.get(found["after"] or "", "{}").format(said)


def _scale(unit: str, number: Decimal) -> tuple[int, str]:
    """Return how far the point of so much in a unit moves, and how it is then written."""
    places, form = ENGLISH_UNITS[unit]
    # from a million on
    return (-2, form.replace("}k", "} m")) if "}k" in form and number >= 100 else (places, form)


def _range(text: str) -> str:
    """Return two numbers of one unit in English, on one scale, the unit once; else ``""``.

    98.9万辆—100.1万辆 is 0.989–1.001 m vehicles, and not 989k vehicles–1.001 m vehicles.
    """
    ends = [_QUANTITY.fullmatch(end) for end in text.split("—")]
    found = [end for end in ends if end]
    if len(ends) != 2 or len(found) != 2 or len({end["unit"] for end in found}) > 1:
        return ""
    unit, numbers = found[0]["unit"], [end["number"] for end in found]
    worded = any(end["before"] or end["after"] for end in found)
    if not unit or worded or any(number[0] in "-−" for number in numbers):
        return ""
    low, high = (Decimal(number) for number in numbers)
    places, form = _scale(unit, high)
    # 169k–171k vehicles: the k belongs to each number, as a per cent does
    each = "{}k" if "}k" in form else "{}%" if "}%" in form else "{}"
    said = "–".join(each.format(_moved(number, places)) for number in (low, high))
    return form.replace(each, "{}").format(said)


def _moved(number: Decimal, places: int) -> str:
    """Return a number with its point moved: the digits stay, no more precision than was printed.

    A whole number that ends in zeros (3000) does not say that they were counted: 300, not 300.0.
    """
    whole = number == number.to_integral_value() and int(number.as_tuple().exponent) >= 0
    exponent = int(number.as_tuple().exponent)
    number = number.scaleb(places)
    if exponent + places > 0 or (whole and number == number.to_integral_value()):
        number = number.quantize(Decimal(1))
    return f"{number:,f}".replace("-", "−")


def unit_words(unit: str) -> str:
    """Return the unit of English labels of what is printed in `unit`; empty where they are bare.

    亿元 → CNY bn, 万标箱 → thousand TEU: what a subtitle says, an axis counts, a bare label means.
    """
    form = ENGLISH_UNITS.get(unit, (0, ""))[1]
    words = form.replace("{}k", "thousand").replace("{}", "").split()
    return " ".join(words).replace(" /", "/")


def period(text: str) -> str:
    """Return a period in English, or ``""``: 2025年1—9月, 2023年一季度, 5—7月, 2023-12-15."""
    if re.fullmatch(r"(19|20)\d\d(-\d\d){0,2}", text):
        return text
    day = re.fullmatch(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日", text)
    if day:
        return f"{day[3]} {MONTHS[int(day[2]) - 1]} {day[1] or ''}".rstrip()
    found = re.fullmatch(
        r"(?:(?P<year>\d{4})年)?(?:(?P<first>\d{1,2})(?:[—-](?P<last>\d{1,2}))?月)?"
        r"(?:(?P<quarter>[一二三四])季度)?(?P<half>上半年)?(?P<whole>全年)?",
        text,
    )
    if not found or not text:
        return ""
    parts = []
    if found["first"]:
        months = [MONTHS[int(month) - 1] for month in (found["first"], found["last"]) if month]
        parts.append("–".join(months))
    if found["quarter"]:
        parts.append(f"Q{QUARTERS[found['quarter']]}")
    if found["half"]:
        parts.append("H1")
    if found["year"]:
        parts.append(found["year"])
    return " ".join(parts)


def _growth(text: str) -> str:
    either = re.fullmatch(r"可能(增长|提高)(.*)，也可能(下降|降低)(.*)", text)
    if either:
        rise, fall = (either[number] and english_quantity(either[number]) for number in (2, 4))
        return f"perhaps up {rise}".rstrip() + f", perhaps down {fall}".rstrip()
    found = re.fullmatch(r"(?:比(\d{4})年)?(增长|提高|下降|降低)(.+)", text)
    if not found:
        return ""
    ends = [english_quantity(end) for end in found[3].split("—")]
    way = "up" if found[2] in ("增长", "提高") else "down"
    on = f" on {found[1]}" if found[1] else ""
    return f"{way} {'–'.join(ends)}{on}" if all(ends) else ""


def english(text: str, known: Mapping[str, str]) -> str:
    """Return a text in English.

    Parameters
    ----------
    text : str
        A name, a number with its unit, a period, or several joined.
    known : mapping
        See `dictionary`.

    Raises
    ------
    KeyError
        If a piece of it has no English.
    """
    said = _english(text, known)
    if said is None:
        raise KeyError(text)
    return said


def said_or_kept(text: str, known: Mapping[str, str]) -> str:
    """Return a text in English; as it is where it has none, as names of papers may be."""
    found = _english(text, known)
    return text if found is None else found


def _english(text: str, known: Mapping[str, str]) -> str | None:
    if text in known:
        return known[text]
    if not CHINESE.search(text):
        return text.translate(_HALF_WIDTH)
    said = (
        english_quantity(text) or _range(text) or period(text) or _growth(text) or unit_words(text)
    )
    if said:
        return said
    for form, words in known.forms if isinstance(known, Phrasebook) else ():
        held = form.fullmatch(text)
        filled = held and _all(held.groups(), known, words)
        if filled:
            return filled
    found = re.fullmatch(r"(.*?)（([^（）]+)）", text, re.S)
    if found:
        return _all([found[1], found[2]], known, "{} ({})")
    dated = _dated(text, known)
    if dated:
        return dated
    found = re.fullmatch(r"(.+?)发表", text)
    if found and period(found[1]):
        return f"published {period(found[1])}"
    for chinese, sign in JOINTS:
        pieces = _outside_brackets(text, chinese)
        if len(pieces) > 1:
            # a list ends in “and”: Anhui, Liaoning and Guangxi
            last = " and " if chinese == "、" else sign
            places = sign.join(["{}"] * (len(pieces) - 1)) + f"{last}{{}}"
            joined = _all(pieces, known, places)
            if joined is not None:
                return joined
    return None


def _dated(text: str, known: Mapping[str, str]) -> str | None:
    """Return a name with its period, or the other way: 民营2019年, 2019、2024年的出口."""
    before = re.fullmatch(r"(.+?)(\d{4}年[^，；、]*)", text)
    if before and before[1] in known and period(before[2]):
        return _all([before[1], before[2]], known, "{} {}")
    of = re.fullmatch(r"([\d、—]+年)的([^，；]+)", text)
    return _all([of[2], of[1]], known, "{} of {}") if of else None


def _outside_brackets(text: str, joint: str) -> list[str]:
    """Split a text at a joint that stands in no bracket."""
    pieces: list[str] = []
    for piece in text.split(joint):
        if pieces and pieces[-1].count("（") > pieces[-1].count("）"):
            pieces[-1] += joint + piece
        else:
            pieces.append(piece)
    return pieces


def _all(pieces: Iterable[str], known: Mapping[str, str], form: str) -> str | None:
    said = _each((piece.strip() for piece in pieces), known)
    if said is None:
        return None
    # not by `str.format`: other braces are letters of a text
    following = iter(said)
    return _PLACE.sub(lambda place: said[int(place[1])] if place[1] else next(following), form)


def _each(texts: Iterable[str], known: Mapping[str, str]) -> list[str] | None:
    """Return texts in English; None if one of them has none."""
    found = [_english(text, known) for text in texts]
    said = [text for text in found if text is not None]
    return said if len(said) == len(found) else None


# --- charts

#: Longest line of an English label, in characters.
LABEL_CHARACTERS = 20
#: The same of names at the ends of lines: they take their room from the chart.
END_CHARACTERS = 14
#: The same of texts that have the whole width.
LONG_LINES = {"below": 46, "title": 60}
#: Words of the column ``status`` that the expressions of a specification ask for.
STATUS = {DERIVED: "derived"} | {
    STATUS_ZH[status]: word
    for status, word in (
        ("actual", "published"),
        ("estimate", "expected"),
        ("plan", "planned"),
        ("target", "target"),
    )
}
#: How an axis of months says one, and how it does in English.
_MONTH_OF_AXIS = "utcmonth(datum.value) + 1 + '月'"
_MONTH_NAMED = (
    f"slice('{''.join(MONTHS)}', 3 * utcmonth(datum.value), 3 * utcmonth(datum.value) + 3)"
)
_ROOM = re.compile(r"width - (\d+)")


#: What stands on one line of a label: a word, or an amount of money with its unit.
_UNBROKEN = re.compile(r"[−+]?(?:CNY|USD) [\d.,]+(?: (?:bn|m|trillion)\b)?|\S+")


def wrapped(text: str, line: int = LABEL_CHARACTERS) -> str:
    """Break an English label into lines; an amount of money stays whole."""
    lines = [""]
    for word in _UNBROKEN.findall(text):
        if lines[-1] and len(lines[-1]) + len(word) >= line:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines)


class Untranslated(Exception):
    """Texts of a chart that have no English; ``texts`` lists them."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Keep the texts."""
        self.texts = sorted(set(texts))
        super().__init__("没有英文 | no English for: " + "；".join(self.texts))


def chart(spec: Spec, known: Mapping[str, str], unit: str = "") -> Spec:
    """Return a specification with every text in English, and room for the longer labels.

    Parameters
    ----------
    spec : dict
    known : mapping
        See `dictionary`.
    unit : str
        Of its numbers, in Chinese: axes and bare labels are in the `unit_words` of it.

    Raises
    ------
    Untranslated
        If a text has no English.
    """
    missing: list[str] = []
    decimals, below = _decimals(spec, unit), _below_columns(spec)

    def said(text: str, key: str) -> str:
        for zh, en in STATUS.items():
            text = text.replace(f"'{zh}'", f"'{en}'")
        text = text.replace(_MONTH_OF_AXIS, _MONTH_NAMED)
        if key == "font":
            return text
        if key in LINES:
            text = "\n".join(_in_unit(line, unit, decimals) for line in text.split("\n"))
        if not CHINESE.search(text):
            return text.replace("—", "–") if key in LINES else text
        if text in STATUS:
            return STATUS[text]
        # labels are broken for Chinese; a number and its growth keep their lines
        plain = text if key in LINES else text.replace("\n", "")
        found = _english(plain, known)
        if found is None:
            missing.append(plain)
            return text
        if key in LINES:
            return found if key == "full" else _evened(found, decimals)
        return wrapped(found, below.get(plain, LONG_LINES.get(key, LABEL_CHARACTERS)))

    made: Spec = {
        key: _changed(value, said, key)
        for key, value in _axes_in(spec, unit).items()
        if key not in ("usermeta", "title")
    }
    if missing:
        raise Untranslated(missing)
    made = _ends_apart(made)
    made["config"] = made.get("config", {}) | {"numberFormat": ",~f"}
    longest = max(
        (
            len(line)
            for rows in made.get("datasets", {}).values()
            for row in _last(rows)
            for line in str(row.get("end") or "").split("\n")
        ),
        default=0,
    )
    room = LETTER * longest + 14
    made = _taller(made)
    told = expressible(
        {
            key: _changed(value, lambda text, _: _ROOM.sub(lambda found: _roomy(found, room), text))
            for key, value in made.items()
        }
    )
    # the renderer takes Latin letters for up to a twelfth narrower than browsers draw them
    around: Any = told.get("padding", theme.AROUND)
    sides = around if isinstance(around, dict) else dict.fromkeys(SIDES, around)
    return told | {"padding": sides | {"left": sides["left"] + LABEL_CHARACTERS // 2}}


def _last(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows of the last day: a line that ends before the others has room of its own."""
    day = max((row.get("date", "") for row in rows), default="")
    return [row for row in rows if row.get("date", "") == day]


def _below_columns(spec: Spec) -> dict[str, int]:
    """Return how many letters a line of each label below columns has: a phone has room for few."""
    for layer in spec.get("layer", []):
        across = layer["encoding"].get("x", {})
        if (across.get("field"), across.get("type")) == ("label", "nominal"):
            domain = (across.get("scale") or {}).get("domain")
            slots = domain or list(dict.fromkeys(row["label"] for row in rows_drawn(layer, spec)))
            line = max(8, round(theme.NARROW / LETTER / len(slots)))
            return {label.replace("\n", ""): line for label in slots}
    return {}


def _decimals(spec: Spec, unit: str) -> int:
    """Return how many decimals amounts of money have beside each other in English.

    148亿元, 99亿元, 60亿元 are counted to one digit: CNY 14.8 bn, 9.9 and 6.0, not 6. Where the
    Chinese ones differ in their decimals, each keeps its own (0). ``unit``: of bare numbers.
    """
    found = [
        _QUANTITY.fullmatch(line)
        for rows in spec.get("datasets", {}).values()
        for row in rows
        for key in LINES
        if key != "full"
        for line in str(row.get(key) or "").split("\n")
    ]
    money = [it["number"] for it in found if it and (it["unit"] or unit) in ("亿元", "亿美元")]
    if len({len(number.partition(".")[2]) for number in money}) != 1:
        return 0
    moved = (_moved(Decimal(number.replace("−", "-")), -1) for number in money)
    return max(len(number.partition(".")[2]) for number in moved)


def _evened(text: str, decimals: int) -> str:
    """Return a text whose amounts in bn have at least so many decimals."""
    return _BILLIONS.sub(
        lambda found: (
            f"{found[1]}.{(found[2] or '')[1:].ljust(decimals, '0')}" if decimals else found[0]
        ),
        text,
    )


#: With its unit, or a bare number that is the whole text.
_BILLIONS = re.compile(r"((?:CNY|USD) [\d,]+|^[^\d]*[\d,]+)(\.\d+)?(?= bn|$)")
#: px of a line of a label beside its mark, and between two labels.
LABEL_LINE, LABEL_GAP = 15, 8


def _taller(spec: Spec) -> Spec:
    """Return a specification whose rows have room for the lines of their labels."""
    labels = {
        str(row["label"])
        for layer in spec.get("layer", [])
        if layer.get("encoding", {}).get("y", {}).get("field") == "label"
        for row in rows_drawn(layer, spec)
        if row.get("label")
    }
    lines = max((label.count("\n") + 1 for label in labels), default=0)
    least = (LABEL_LINE * lines + LABEL_GAP) * len(labels)
    return spec | {"height": max(spec["height"], least)} if lines > 1 else spec


def _ends_apart(spec: Spec) -> Spec:
    """Return a specification whose names at the ends of lines are narrow, and set apart anew."""
    moved: dict[int, list[dict[str, Any]]] = {}
    scales = [layer["encoding"].get("y", {}).get("scale") for layer in spec.get("layer", [])]
    domain = next((scale["domain"] for scale in scales if scale and "domain" in scale), None)
    for layer in spec.get("layer", []):
        rows = rows_drawn(layer, spec)
        if not domain or not rows or not all({"shift", "end"} <= set(row) for row in rows):
            continue
        ends = [
            "\n".join(wrapped(line, END_CHARACTERS) for line in row["end"].split("\n"))
            for row in rows
        ]
        axis = Axis(domain[0], domain[1], 1, spec["height"])
        # from where they stand in Chinese, whose lines may be fewer
        stand = [
            axis.value(axis.px(row["value"]) + row["shift"] + LINE * row["end"].count("\n") / 2)
            for row in rows
        ]
        places = zip(rows, stand, shifts(stand, ends, axis), strict=True)
        moves = [move + axis.px(middle) - axis.px(row["value"]) for row, middle, move in places]
        moved[id(rows)] = [
            row | {"end": end, "shift": move}
            for row, end, move in zip(rows, ends, moves, strict=True)
        ]
    sets = {name: moved.get(id(rows), rows) for name, rows in spec.get("datasets", {}).items()}
    return spec | {"datasets": sets} if moved else spec


def _in_unit(line: str, unit: str, decimals: int) -> str:
    """Return a bare number, or two that are an interval, in the English of a unit.

    Parameters
    ----------
    decimals : int
        That numbers have at least; see `_decimals`.
    """
    if not ENGLISH_UNITS.get(unit, (0, ""))[0]:
        return line
    ends = [english_quantity(end, unit) for end in line.split("—")]
    bare = all(ends) and not CHINESE.search(_QUALIFIERS.sub("", line))
    return "–".join(_evened(end, decimals) for end in ends) if bare else line


#: The unit of an axis that has another than the figure: 货值（万元）.
_OWN_UNIT = re.compile(r"（([^（）]+)）$")


def _axes_in(spec: Spec, unit: str) -> Spec:
    """Return a specification whose axes count in the `unit_words` of their numbers."""
    return {
        key: [_axis_in(layer, unit) for layer in value] if key == "layer" else value
        for key, value in spec.items()
    }


def _axis_in(layer: Spec, unit: str) -> Spec:
    changed = {}
    for name, channel in layer.get("encoding", {}).items():
        if name not in ("x", "y") or channel.get("type") != "quantitative":
            continue
        own = _OWN_UNIT.search(str(channel.get("title") or ""))
        places = ENGLISH_UNITS.get(own[1] if own else unit, (0, ""))[0]
        if places and channel.get("axis"):
            sign = f"{'*' if places > 0 else '/'} {10 ** abs(places)}"
            expression = {"labelExpr": f"format(datum.value {sign}, ',')"}
            changed[name] = channel | {"axis": channel["axis"] | expression}
    return layer | {"encoding": layer.get("encoding", {}) | changed}


#: Where a picture has room around it.
SIDES = ("left", "right", "top", "bottom")


def _roomy(found: re.Match[str], room: int) -> str:
    return f"width - {max(int(found[1]), room)}"


def _changed(node: object, change: Callable[[str, str], str], key: str = "") -> object:
    """Return JSON in which every text is what `change` makes of it and of its key."""
    if isinstance(node, dict):
        if "note_en" in node:
            # words of this figure alone: it has them in both languages
            said = {"note": node["note_en"]}
            node = {name: cell for name, cell in node.items() if name != "note_en"} | said
        return {name: _changed(value, change, name) for name, value in node.items()}
    if isinstance(node, list):
        return [_changed(value, change, key) for value in node]
    return change(node, key) if isinstance(node, str) else node


def described(identity: Identity, known: Mapping[str, str], most: int = 12) -> str:
    """Return an English alternative text from the rows that a figure draws."""
    parts = []
    rows = identity.table.records()
    for row in rows[:most]:
        names = [part for part in (row.get("group"), row.get("label")) if part]
        figure = [part for part in (row.get("full"),) if part]
        said = _each([*names, *figure], known)
        if said is None:
            raise Untranslated([*names, *figure])
        name = ", ".join(said[: len(names)])
        parts.append(f"{name}: {said[-1]}" if figure else name)
    more = len(rows) - len(parts)
    rest = f"; {more} more in the data table" if more > 0 else ""
    return f"{identity.english.title}. {'; '.join(parts)}{rest}."


#: Columns whose lines are lines of their own.
LINES = ("end", "top", "text", "full", "detail", "part", "inside")
