"""The names by which people speak of what the book's tables hold: in articles, in a search.

All of them come from the tables: a row that is new there is understood at once. Further words for a
code stand in ``synonyms.csv``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from cqbook.data.catalog import Catalog
from cqbook.data.rows import rows_of

#: What the tables add to a name and nobody prints: 企业数 is printed 企业.
_ENDINGS = ("保有量", "运量", "数", "量", "额")
_PLACES = (
    *("维吾尔自治区", "壮族自治区", "回族自治区", "土家族苗族自治县", "苗族土家族自治县"),
    *("土家族自治县", "自治区", "省", "市", "区", "县"),
)
#: What a park is, as everybody calls it.
_SHORT_PARKS = (
    ("高新技术产业开发区", "高新区"),
    ("经济技术开发区", "经开区"),
    ("综合保税区", "综保区"),
)
#: Names that are words of other meanings when their ending is gone, or too short to be names.
_NO_NAMES = frozenset(
    {"东部", "西部", "重点", "企业", "合同", "零售", "批发", "使用", "系统", "部件", "总成"}
)


def spoken_names(book: Catalog) -> dict[str, dict[str, list[str]]]:
    """Return the codes that each name may mean, for indicators, entities and breakdowns."""
    words: dict[str, dict[str, list[str]]] = {
        name: defaultdict(list) for name in ("indicators", "entities", "breakdowns")
    }
    for resource, code, word in _named(book):
        if len(word) > 1 and word not in _NO_NAMES and code not in words[resource][word]:
            words[resource][word].append(code)
    return words


def _named(book: Catalog) -> Iterator[tuple[str, str, str]]:
    for row in rows_of(book.table("indicators")):
        for word in _spoken(row["name_zh"]):
            yield "indicators", row["indicator"], word
            ending = next((end for end in _ENDINGS if word.endswith(end)), "")
            if ending and len(word) - len(ending) > 1:
                yield "indicators", row["indicator"], word.removesuffix(ending)
    entities = rows_of(book.table("entities"))
    places = {
        re.sub(f"(?:{'|'.join(_PLACES)})$", "", row["name_zh"])
        for row in entities
        if row["kind"] in ("province", "district", "country")
    }
    home = re.sub(f"(?:{'|'.join(_PLACES)})$", "", book.name(book.place))
    for row in entities:
        short_inside = row["kind"] in ("organisation", "event", "group")
        for word in _spoken(row["name_zh"], also_inside=short_inside):
            # 中欧班列（重庆）: without the place it is another's too
            inside = re.search("[（(](.+?)[）)]", row["name_zh"])
            if inside and inside[1] in places and (inside[1] not in word or word == inside[1]):
                # nor is the place itself the organisation: 特斯拉（中国）
                continue
            yield "entities", row["entity"], word
            if row["kind"] in ("province", "district"):
                short = next((end for end in _PLACES if word.endswith(end)), "")
                if short and len(word) - len(short) > 1:
                    yield "entities", row["entity"], word.removesuffix(short)
            elif row["kind"] in ("park", "organisation", "project") and len(word) > 5:
                yield "entities", row["entity"], word.removeprefix(home)
            for whole, short in _SHORT_PARKS if row["kind"] == "park" else ():
                if word.endswith(whole) and word != whole:
                    said = word.removesuffix(whole) + short
                    yield "entities", row["entity"], said
                    # 重庆长寿经济技术开发区 is 长寿经开区; 重庆高新区 is no other
                    inner = re.sub(f"^{home}(?:市)?", "", said)
                    if inner != short:
                        yield "entities", row["entity"], inner
                elif short in word and (inner := word.replace(f"国家{short}", short)) != word:
                    yield "entities", row["entity"], inner
    for row in rows_of(book.table("breakdowns")):
        code = f"{row['dimension']}={row['code']}"
        for word in _spoken(row["name_zh"]):
            yield "breakdowns", code, word
    if "synonyms" in book.resources:
        for row in rows_of(book.table("synonyms")):
            yield row["resource"], row["code"], row["word"]


def _spoken(name: str, *, also_inside: bool = False) -> Iterator[str]:
    """Yield a name as it is spoken: without its brackets, with what is in them as part of it.

    What stands in the brackets of an organisation or an event is its short name (西洽会); of others
    it is an explanation, or a place.
    """
    plain = re.sub(r"[（(][^）)]*[）)]", "", name).strip("“”")
    if plain:
        yield plain
    if plain != name:
        yield re.sub("[（）()]", "", name)
    if also_inside:
        yield from re.findall(r"[（(]([一-鿿A-Za-z0-9]{2,8})[）)]", name)
