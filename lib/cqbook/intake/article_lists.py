"""Lists of an article: 分别 undone, so that the first figure is of the first thing named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from cqbook.intake.article_choices import fits, flow_of, unit_of
from cqbook.intake.article_figure import NOT_LISTED, ArticleFigure, counts_of, with_columns
from cqbook.intake.article_names import Names
from cqbook.quantities.named_periods import NamedPeriod
from cqbook.quantities.numerals import LIMITING, numeral
from cqbook.quantities.periods import Period
from cqbook.quantities.units import Unit

#: A name that a passage has: where, which columns it fills, and as it is printed.
Named = tuple[int, int, dict[str, str], str]

#: What ends a sentence, or what is said in one.
SENTENCE = re.compile("[。；;！!？?]")
_AND = "(?:、|和|及|与|以及)"
#: What is said of several is of each in turn: 分别, 一降一升.
_WAY = "[升降增减涨跌]"
_EACH = re.compile(f"分别|分列|依次|(?:一{_WAY}){{2,3}}")
_MOVED = (
    "(?:同比|环比)?(?:增长|下降|增加|减少|上升|回落|提高|降低|上涨|下跌|下滑|[升降增减])"
    "|[多少][开运卖产销发跑]"
)
#: Of which of a list what follows is: 前两者分别增长.
_SOME = re.compile("(?P<which>[前后])(?P<count>[两二三四])者(?:[^,，；;]{0,6})$")
#: Of which of two what follows is; 比后者 only says with what it is compared.
_ONE_OF_TWO = re.compile("(?<![目之以此生比较于与和同])(?P<which>[前后])者")
_NO_MATCH = "“分别”：对不上是哪几个的"
#: Of one thing each, in whatever words: what the rates of a list take from the figures before.
_SAME_THING = ("indicator", "entity", "period", "flow", "breakdown", "accumulation")
#: Between names and their figures: 对韩国、日本进出口512亿元.
_FLOW_WORDS = re.compile("(?:的)?(?:外贸)?(?:进出口|出口|进口)?(?:总值|总额|额|值)?(?:达到|达|为)?")


#: A list of those with whom trade is, up to the flow: 对越南、泰国、老挝分别出口.
_PARTNERS = re.compile(
    "(?:对|自|从|向)(?P<all>[一-鿿]{2,8}(?:、[一-鿿]{2,8}?)+?(?:[和及与][一-鿿]{2,8}?)?|[一-鿿]{2,8}?[和及与][一-鿿]{2,8}?)"
    "(?:等|三国|两国|[一-鿿]国)*(?:市场)?(?:的)?(?:汽车|货物|商品)?(?:分别)?(?=进出口|出口|进口|$)"
)


def sentence_of(plain: str, place: int) -> int:
    """Return where the sentence begins in which a place stands."""
    return max((match.end() for match in SENTENCE.finditer(plain[:place])), default=0)


def in_turn(
    names: Names, plain: str, named: Sequence[NamedPeriod], figures: Sequence[ArticleFigure]
) -> list[ArticleFigure]:
    """Return the figures of a paragraph, each of what it is of in a list.

    Parameters
    ----------
    names : Names
    plain : str
        The paragraph.
    named : sequence of NamedPeriod
        What it names of time.
    figures : sequence of ArticleFigure
        Its figures, in order.
    """
    made = list(figures)
    begun: set[int] = set()
    rated: set[int] = set()
    for match in _EACH.finditer(plain):
        made = _without_a_word(names, plain[: match.start()], named, made, begun)
        group = _listed(plain, match.end(), made)
        if _against_each(made, group):
            continue
        begun.update(group)
        rated.update(group)
        if len(group) < 2:
            for place in _behind_list(plain, match.end(), made):
                doubts = {"breakdown": _NO_MATCH, **made[place].doubts}
                made[place] = replace(made[place], doubts=doubts)
            continue
        for place, figure in _paired(names, plain, match.start(), named, made, group).items():
            made[place] = figure
    made = _without_a_word(names, plain, named, made, begun)
    made = _of_the_two(names, plain, _rates_behind(plain, made, rated))
    return list(_of_several(plain, _bases_in_turn(made)))


def _against_each(figures: Sequence[ArticleFigure], group: Sequence[int]) -> list[str]:
    """Return with what each of a list is compared, where there are as many: 高于全国、西部."""
    said = {figures[place].row["base"] for place in group}
    if len(said) != 1 or any(figures[place].row["measure"] != "difference" for place in group):
        return []
    bases = re.split(_AND, next(iter(said)).removesuffix("分别"))
    return bases if len(bases) == len(group) > 1 else []


def _bases_in_turn(figures: Sequence[ArticleFigure]) -> list[ArticleFigure]:
    """Return figures, those that are compared with several things each with its own."""
    made = list(figures)
    for place, figure in enumerate(figures):
        base = figure.row["base"]
        if place and figures[place - 1].row["base"] == base:
            continue
        group = [place]
        while group[-1] + 1 < len(figures) and figures[group[-1] + 1].row["base"] == base:
            group.append(group[-1] + 1)
        each = _against_each(figures, group)
        for at, one in zip(group, each, strict=False):
            made[at] = replace(made[at], row={**made[at].row, "base": one})
        of_what = {tuple(figures[at].row[key] for key in _SAME_THING) for at in group}
        points = "percentage points" in figure.seen.units and figure.row["measure"] == "difference"
        if points and base and len(group) > 1 and not each and len(of_what) == 1:
            # 快于全国13.8和25.1个点: one of them is something else
            for at in group:
                made[at] = replace(made[at], doubts={**made[at].doubts, "breakdown": _NO_MATCH})
    return made


def _paired(
    names: Names,
    plain: str,
    until: int,
    named: Sequence[NamedPeriod],
    made: Sequence[ArticleFigure],
    group: Sequence[int],
) -> dict[int, ArticleFigure]:
    """Return the figures of a list behind 分别, by place, with what each of them is of."""
    begin, first, count = sentence_of(plain, until), made[group[0]], len(group)
    chain = next(
        (
            chain
            for found in _named_in(names, plain, begin, until, named, first.seen.units)
            for chain in _lists(plain, found, count)
            # 出口量、出口额: two things of one flow
            if len({tuple(columns.items()) for _, _, columns, _ in chain}) > 1
        ),
        None,
    )
    levels = _levels_before(plain, made[: group[0]], begin, until, count)
    # 铁海联运、跨境公路运输8万标箱、货值9亿元，分别增长: what was counted last is what grew
    nearest = chain is None or bool(levels and chain[-1][1] <= levels[0].seen.core)
    nearest = nearest or bool(chain and _name_each(chain, levels))
    changes = first.row["measure"] not in ("level", "difference")
    alike = [counts_of(level) for level in levels] == [counts_of(made[place]) for place in group]
    if levels and (nearest if changes else chain is None and alike):
        # 新增78家、5个，累计分别达到249家、20个: the same things, at another time
        keys = _SAME_THING if first.row["measure"] != "level" else ("indicator", "entity", "unit")
        return {
            place: with_columns(
                made[place],
                {key: level.row[key] for key in keys},
                f"“分别”：“{level.row['as_printed']}”的",
                level.doubts,
            )
            for place, level in zip(group, levels, strict=True)
        }
    if chain:
        chain = _of_the_same(chain)
        return {
            place: with_columns(
                made[place],
                columns | _unit_for(names, made[place], columns),
                f"“分别”：第{order}个是“{word}”",
                _unlisted(columns, word),
            )
            for order, (place, (_, _, columns, word)) in enumerate(
                zip(group, chain, strict=True), start=1
            )
        }
    # 2020—2022年，总值分别为…: of each year, where no other list is as long
    for item in reversed([one for one in named if begin <= one.start < until]):
        periods = each_of(item) if item.role == "is" else []
        if len(periods) == count:
            return {
                place: with_columns(
                    made[place], {"period": period}, f"“分别”：“{item.text}”的第{order}个"
                )
                for order, (place, period) in enumerate(zip(group, periods, strict=True), start=1)
            }
    return {
        place: replace(made[place], doubts={**made[place].doubts, "breakdown": _NO_MATCH})
        for place in group
    }


def _of_the_same(chain: Sequence[Named]) -> list[Named]:
    """Return names with what the first is of said of the others: 汽车出口量、出口额."""
    cars = chain[0][2].get("indicator") == "auto_exports"
    worth = {"trade_value": "auto_exports_value"} if cars else {}
    return [
        (start, end, {key: worth.get(code, code) for key, code in columns.items()}, word)
        for start, end, columns, word in chain
    ]


def _name_each(chain: Sequence[Named], levels: Sequence[ArticleFigure]) -> bool:
    """Return whether names stand before an amount each: 汽车出口41.2万辆、价值385.6亿元."""
    if len(levels) != len(chain):
        return False
    ends = [0, *(level.seen.end for level in levels)]
    return all(
        ended <= name[0] and name[1] <= level.seen.core
        for ended, name, level in zip(ends, chain, levels, strict=False)
    )


def _named_in(
    names: Names,
    plain: str,
    begin: int,
    until: int,
    named: Sequence[NamedPeriod],
    units: Sequence[str],
) -> Iterator[list[Named]]:
    """Yield what a passage names, a kind at a time: periods, parts, places, flows, indicators."""
    passage = plain[begin:until]
    yield [
        (item.start, item.end, {"period": item.period}, item.text)
        for item in named
        if begin <= item.start < until and item.role == "is" and item.period
    ]
    places = names.mentions(passage, "entities")
    partners = [
        item for item in places if item.code != "CN" and names.kinds[item.code] == "country"
    ]
    parts = names.mentions(passage, "breakdowns")
    starts = {item.start for item in parts}
    # 对德国、荷兰: with whom trade is, of whom no table has a part
    others = [(item.start, item.word) for item in partners if item.start not in starts]
    starts.update(start for start, _ in others)
    others += [(start, word) for start, word in _partners_in(passage) if start not in starts]
    yield [
        (begin + start, begin + start + len(word), {"breakdown": code}, word)
        for start, word, code in (
            *((part.start, part.word, part.code) for part in parts),
            *((start, word, "") for start, word in others),
        )
    ]
    yield [
        (begin + item.start, begin + item.end, {"entity": item.code}, item.word)
        for item in places
        if item not in partners
    ]
    yield [
        (begin + match.start(), begin + match.end(), {"flow": flow_of(match[0]).first}, match[0])
        for match in re.finditer("进出口|出口|进口", passage)
    ]
    yield [
        (begin + item.start, begin + item.end, {"indicator": item.code}, item.word)
        for item in names.mentions(passage, "indicators")
        if units and fits(names, item.code, units)
    ]


def _partners_in(passage: str) -> Iterator[tuple[int, str]]:
    """Yield what stands in a list of those with whom trade is: 对越南、泰国、老挝."""
    for found in _PARTNERS.finditer(passage):
        begin = found.start("all")
        for match in re.finditer("[^、和及与]+", found["all"]):
            yield begin + match.start(), match[0]


def _unit_for(names: Names, figure: ArticleFigure, columns: Mapping[str, str]) -> dict[str, str]:
    """Return the unit of a figure whose indicator is another than its words alone said."""
    if "indicator" not in columns or columns["indicator"] == figure.row["indicator"]:
        return {}
    unit = unit_of(names, figure.seen.units, columns["indicator"], "", "").first
    return {"unit": unit} if unit else {}


def _levels_before(
    plain: str, made: Sequence[ArticleFigure], begin: int, until: int, count: int
) -> Sequence[ArticleFigure]:
    """Return so many amounts of a sentence, the last, or those that are meant; else none."""
    levels = [
        figure for figure in made if figure.seen.core >= begin and figure.row["measure"] == "level"
    ]
    some = _SOME.search(plain[begin:until])
    levels = _some_of_list(plain, levels, some, count) if some else levels[-count:]
    return levels if len(levels) == count else []


def _without_a_word(
    names: Names,
    plain: str,
    named: Sequence[NamedPeriod],
    figures: Sequence[ArticleFigure],
    begun: set[int],
) -> list[ArticleFigure]:
    """Return figures with the lists that no 分别 opens: 对韩国、日本进出口512亿元、398亿元.

    They are paired in order, and somebody must look. ``begun``: places that are of a list already.
    """
    made = list(figures)
    for place, figure in enumerate(figures):
        measured = figure.row["measure"] in ("level", "yoy")
        if place in begun or figure.seen.end > len(plain) or not measured:
            continue
        group = _amounts_from(plain, figures, place)
        begun.update(group)
        last = figures[place - 1].seen.end if place else 0
        begin = max(sentence_of(plain, figure.seen.core), last)
        until = figure.seen.start
        chain = next(
            (
                chain
                for found in _named_in(names, plain, begin, until, named, ())
                for chain in (_lists(plain, found, len(group)) if len(group) > 1 else ())
                if _FLOW_WORDS.fullmatch(plain, chain[-1][1], until)
            ),
            [],
        )
        for at, (_, _, columns, word) in zip(group, chain, strict=False):
            why = f"“{word}”：没有“分别”，按次序对上"
            paired = with_columns(made[at], columns, why)
            doubts = dict.fromkeys(columns, why) | _unlisted(columns, word)
            made[at] = replace(paired, doubts={**paired.doubts, **doubts})
    return made


def _unlisted(columns: Mapping[str, str], word: str) -> dict[str, str]:
    """Return what to say of a part that no table has."""
    part = columns.get("breakdown")
    return {"breakdown": f"细分：“{word}”{NOT_LISTED}"} if part == "" else {}


def _rates_behind(
    plain: str, figures: Sequence[ArticleFigure], begun: set[int]
) -> list[ArticleFigure]:
    """Return figures, the rates in a row each of the amount in its place, or else of none.

    进出口205.6亿元、161.7亿元，增长15.1%、下降2.8%.
    """
    made = list(figures)
    for place, figure in enumerate(figures):
        if place in begun or place == 0 or figure.row["measure"] in ("level", "difference", ""):
            continue
        group = [place]
        for at in range(place + 1, len(figures)):
            between = plain[figures[at - 1].seen.end : figures[at].seen.core]
            alike = figures[at].row["measure"] == figure.row["measure"] and at not in begun
            if not alike or not re.fullmatch(f"个?{_AND}(?:{_MOVED})?(?:{LIMITING})?", between):
                break
            group.append(at)
        begun.update(group)
        before = _amounts_until(plain, figures, place)
        if len(group) < 2 or not before:
            continue
        if len(before) != len(group):
            for at in group:
                made[at] = replace(made[at], doubts={"breakdown": _NO_MATCH, **made[at].doubts})
            continue
        for at, level in zip(group, before, strict=True):
            why = f"“{level.row['as_printed']}”的：没有“分别”，按次序对上"
            columns = {key: level.row[key] for key in _SAME_THING}
            paired = with_columns(made[at], columns, why, level.doubts)
            made[at] = replace(paired, doubts={"breakdown": why, **paired.doubts})
    return made


def _of_the_two(names: Names, plain: str, figures: Sequence[ArticleFigure]) -> list[ArticleFigure]:
    """Return figures, those behind 前者 and 后者 each of that one of the two before it."""
    made = list(figures)
    for place, figure in enumerate(figures):
        begin, core = sentence_of(plain, figure.seen.core), figure.seen.core
        spoken = list(_ONE_OF_TWO.finditer(plain, begin, core))
        if not spoken:
            continue
        last = max(spoken[-1].end(), figures[place - 1].seen.end if place else 0)
        if _names_anything(names, plain[last:core]):
            # 后者增长16.1%，全市进出口增长12%
            continue
        which, word = int(spoken[-1]["which"] == "后"), f"“{spoken[-1][0]}”"
        two, sure = _two_before(plain, made, begin, spoken[0].start())
        if not two:
            doubts = dict.fromkeys(("flow", "breakdown"), f"{word}：指哪一个，看前文")
            made[place] = replace(figure, doubts={**figure.doubts, **doubts})
            continue
        level = two[which]
        counted = figure.row["measure"] in ("level", "difference")
        keys = [key for key in _SAME_THING if not (counted and key == "indicator")]
        why = f"{word}：“{level.row['as_printed']}”的"
        paired = with_columns(figure, {key: level.row[key] for key in keys}, why, level.doubts)
        differ = [key for key in keys if two[0].row[key] != two[1].row[key]]
        doubts = {} if sure and not counted else dict.fromkeys(differ, why)
        made[place] = replace(paired, doubts={**paired.doubts, **doubts})
    return made


def _two_before(
    plain: str, figures: Sequence[ArticleFigure], begin: int, until: int
) -> tuple[list[ArticleFigure], bool]:
    """Return the two figures of which 前者 and 后者 are said, and whether no others can be meant.

    Of a sentence that has two, or whose last two stand in a list; else of the one before.
    """
    here = [figure for figure in figures if begin <= figure.seen.core < until]
    earlier = sentence_of(plain, begin - 1) if begin else 0
    found = here or [figure for figure in figures if earlier <= figure.seen.core < begin]
    for measure in ("level", "yoy", "share"):
        alike = [figure for figure in found if figure.row["measure"] == measure]
        two = alike[-2:]
        if len(two) == 2 and any(two[0].row[key] != two[1].row[key] for key in _SAME_THING):
            between = [
                plain[one.seen.end : other.seen.start]
                for one, other in zip(alike[-3:], alike[-2:], strict=False)
            ]
            listed = [bool(re.fullmatch(_AND, text)) for text in between]
            return two, bool(here) and (len(alike) == 2 or listed == [False, True])
    return [], False


def _names_anything(names: Names, words: str) -> bool:
    """Return whether words say themselves of what a figure is: of a flow, a part, a place."""
    kinds = ("entities", "breakdowns")
    spoken = re.sub("占(?:全[市国省]|进出口|出口|进口|外贸)?[^,，。；]*", "", words)
    return bool(flow_of(spoken).first or any(names.mentions(spoken, kind) for kind in kinds))


def _amounts_until(plain: str, figures: Sequence[ArticleFigure], place: int) -> list[ArticleFigure]:
    """Return the amounts in a row that end right before a rate; none where something is between."""
    found: list[ArticleFigure] = []
    for at in range(place - 1, -1, -1):
        between = plain[figures[at].seen.end : figures[at + 1].seen.core]
        joined = re.fullmatch(
            f"{_AND}[^,，。；]{{0,8}}"
            if found
            else f"[,，](?:同比|比上年|较上年)?(?:{_MOVED})?(?:{LIMITING})?",
            between,
        )
        if figures[at].row["measure"] != "level" or not joined:
            break
        found.insert(0, figures[at])
    return found if len(found) > 1 else []


def _amounts_from(plain: str, figures: Sequence[ArticleFigure], place: int) -> list[int]:
    """Return the places of the amounts in a row from one on, of one kind, 、 or 和 between them."""
    group = [place]
    for at in range(place + 1, len(figures)):
        last, figure = figures[at - 1], figures[at]
        between = plain[last.seen.end : figure.seen.start]
        level = figure.row["measure"] == "level" and counts_of(figure) == counts_of(last)
        # 进出口、出口增长15%和12%
        rate = figure.row["measure"] == "yoy" == last.row["measure"]
        between = plain[last.seen.end : figure.seen.core] if rate else between
        if not (level and re.fullmatch("[、和及与]|以及", between)) and not (
            rate and re.fullmatch(f"{_AND}(?:{_MOVED})?(?:{LIMITING})?", between)
        ):
            break
        group.append(at)
    return group


def each_of(item: NamedPeriod) -> list[str]:
    """Return the years, quarters or months of a stretch of them; none of another period."""
    years = re.fullmatch("([0-9]{4})/([0-9]{4})", item.period)
    if years:
        return [str(year) for year in range(int(years[1]), int(years[2]) + 1)]
    within = Period.parse(item.period)
    if not within.start or not within.end or within.start.year != within.end.year:
        return []
    year, first, last = within.start.year, within.start.month, within.end.month
    if re.search("[至到—~～–-].{0,2}季", item.text):
        return [f"{year}-Q{quarter}" for quarter in range((first + 2) // 3, last // 3 + 1)]
    if re.search("[至到—~～–-].{0,2}月", item.text):
        return [f"{year}-{month:02d}" for month in range(first, last + 1)]
    return []


def _of_several(plain: str, made: list[ArticleFigure]) -> Iterator[ArticleFigure]:
    """Yield figures; one that may be of either of two before it (累计达到127个) is doubted."""
    for place, figure in enumerate(made):
        begin = sentence_of(plain, figure.seen.core)
        alike = [
            other
            for other in made[:place]
            if other.seen.core >= begin
            and other.row["measure"] == "level"
            and counts_of(other) == counts_of(figure)
        ]
        several = tuple(dict.fromkeys(other.row["indicator"] for other in reversed(alike)))
        own = plain[made[place - 1].seen.end : figure.seen.core] if place else ""
        if len(several) > 1 and re.fullmatch("[,，、]?累计(?:已)?(?:达到|达|为)?", own.strip()):
            # of two that are new, one is more than all that there are: it is not that one's
            small = [other for other in alike if _size(other) <= _size(figure)]
            only = small[-1].row if len({other.row["indicator"] for other in small}) == 1 else {}
            first = only.get("indicator", several[0])
            yield replace(
                figure,
                row={**figure.row, **{key: only[key] for key in ("indicator", "unit") if only}},
                doubts={
                    **figure.doubts,
                    **dict.fromkeys(("indicator", "unit"), "可能是同句前面任一个的累计"),
                },
                offered={
                    **figure.offered,
                    "indicator": tuple(code for code in several if code != first),
                },
            )
            continue
        yield figure


def _size(figure: ArticleFigure) -> float:
    scale = Unit.parse(figure.seen.units[0]).scale if figure.seen.units else 1
    return scale * float(figure.row["value"] or "nan")


def _listed(plain: str, start: int, made: Sequence[ArticleFigure]) -> list[int]:
    """Return the places of the figures in a row behind 分别: nothing but 、 and 和 between them."""
    group: list[int] = []
    for place, figure in enumerate(made):
        if figure.seen.core < start:
            continue
        last = made[group[-1]].seen.end if group else start
        between = plain[last : figure.seen.core]
        if group and not re.fullmatch(
            rf"个?\s?(?:、|和|及|与|以及|,|，)\s?(?:达到|达|为|占|{_MOVED})?(?:{LIMITING})?",
            between,
        ):
            break
        if not group and len(between) > 8:
            break
        first = made[group[0]] if group else figure
        if (first.row["measure"] == "level") != (figure.row["measure"] == "level"):
            # 分别进出口205亿元、161亿元，增长15.1%、12.8%
            break
        group.append(place)
    return group


def _some_of_list(
    plain: str, levels: Sequence[ArticleFigure], some: re.Match[str], count: int
) -> list[ArticleFigure]:
    """Return the first or last so many figures of the list that stands last: 前两者; else none."""
    row = list(levels[-1:])
    for figure in reversed(levels[:-1]):
        if not re.fullmatch("[、和及与,，]", plain[figure.seen.end : row[0].seen.start]):
            break
        row.insert(0, figure)
    if numeral(some["count"]) != count or len(row) < count:
        return []
    return row[:count] if some["which"] == "前" else row[-count:]


def _behind_list(plain: str, start: int, made: Sequence[ArticleFigure]) -> Iterator[int]:
    """Yield the places of the figures behind 分别 in its sentence."""
    stop = SENTENCE.search(plain, start)
    end = stop.start() if stop else len(plain)
    for place, figure in enumerate(made):
        if start <= figure.seen.core < end:
            yield place


def _lists(plain: str, found: list[Named], count: int) -> Iterator[list[Named]]:
    """Yield runs of exactly so many names, 、 and 和 between them, the last first."""
    unique = {item[0]: item for item in reversed(found)}
    ordered = [unique[start] for start in sorted(unique)]
    runs: list[list[Named]] = []
    for item in ordered:
        between = plain[runs[-1][-1][1] : item[0]] if runs else ""
        if runs and re.fullmatch(r"[^、,，。]{0,6}(?:、|和|及|与|以及)", between):
            runs[-1].append(item)
        else:
            runs.append([item])
    yield from (run for run in reversed(runs) if len(run) == count)
