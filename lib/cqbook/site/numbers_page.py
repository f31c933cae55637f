"""数字库: every published figure of the package with an address, to be looked up and taken away.

With scripts the page is filtered, drawn and saved by ``numbers.js``; its rows are data in a script,
so that it works from a folder too. Those that were entered one by one come with the page, the long
series when somebody first asks for something. Without scripts each indicator has a plain page.
A doubtful reading stands on neither: only the page that compares sources shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

from cqbook.data.catalog import OBSERVATION_TABLE, Catalog
from cqbook.data.rows import TableRow, rows_of
from cqbook.data.selection import DRAWN_FROM, prefixes
from cqbook.data.spoken_names import spoken_names
from cqbook.data.vocabulary import ACCUMULATIONS, BASES_ZH, DOMAINS, FLOWS_ZH, MEASURES
from cqbook.disk.checksums import file_digest, json_digest
from cqbook.editions.store import PERMALINK
from cqbook.figures import theme
from cqbook.figures.english import AFTER, BEFORE, CHINESE, ENGLISH_UNITS, english, said_or_kept
from cqbook.quantities.about import STATUS_ZH
from cqbook.quantities.periods import Period
from cqbook.quantities.qualifiers import QUALIFIERS
from cqbook.quantities.units import Unit, unit_zh
from cqbook.site.directives import reading_order, title_in_english
from cqbook.site.figure_index import exhibits
from cqbook.site.inline_scripts import script_text
from cqbook.site.kept import data_stand
from cqbook.site.markup import markup
from cqbook.site.nodes import (
    NO_EDITION,
    SOURCES_PAGE,
    SourceLink,
    TextPair,
    number_in_english,
    number_of,
    source_anchor,
    text_pair,
)
from cqbook.site.settings import (
    asked,
    book_listed,
    book_of,
    known_words,
    made_of,
    once,
    publication,
    root_of,
)

NUMBERS_PAGE = "chapters/numbers"
#: Where the plain pages are, a page an indicator.
PLAIN_FOLDER = "numbers"
#: The rows that come with the page; the series, and notes, that come when they are asked for.
OWN_ROWS, MORE_ROWS = "_static/numbers-own.js", "_static/numbers-more.js"
#: What of an observation is published, notes last, which are only read with a number that is open;
#: where ``as_printed`` only repeats the value, it is empty.
COLUMNS = (
    *("observation_id", "indicator", "entity", "period", "accumulation", "breakdown", "flow"),
    *("measure", "base", "value", "value_upper", "unit", "qualifier", "status", "basis", "issuer"),
    *("source_id", "locator", "as_printed", "supersedes", "confidence", "edition_added", "note"),
)
SCRIPT = Path(__file__).resolve().parent / "theme" / "static" / "numbers.js"
#: How a reader may narrow the rows; each of these columns has words, but that of the years.
FACETS = ("indicator", "entity", "source_id", "status", "basis")
#: Values of a column are listed once each, if they stand in at least this many rows on average.
REPEATED = 2


class NumberBrowser(nodes.General, nodes.Element):
    """Place of the browser of numbers; written once all pages are read."""


class NumberCatalogue(SphinxDirective):
    """``{number-catalogue}``: all published figures, to be filtered; and the plain pages."""

    def run(self) -> list[nodes.Node]:
        """Return the place, and for the search the name of each indicator."""
        book = book_listed(self.env, OBSERVATION_TABLE, "indicators")
        names = book.table("indicators").sort_values("indicator")["name_zh"]
        hidden = nodes.paragraph("", "、".join(names), classes=["cq-hidden"])
        return [NumberBrowser(), hidden]


def _shown(book: Catalog) -> pd.DataFrame:
    frame = book.observations()
    return frame[frame["confidence"].ge(DRAWN_FROM)]


def published_rows(book: Catalog) -> pd.DataFrame:
    """Return what may be shown of the observations, all text; ``series``: of a table of its own."""
    frame = _shown(book)
    found = frame.assign(value=frame["value_text"], value_upper=frame["value_upper_text"])
    table = prefixes(found["observation_id"])
    text = found[list(COLUMNS)].astype(str).replace("nan", "")
    text["as_printed"] = text["as_printed"].where(text["as_printed"].ne(text["value"]), "")
    return text.assign(series=table.where(table.isin(book.series), "")).reset_index(drop=True)


def packed(values: list[str]) -> list[str] | dict[str, list[Any]]:
    """Return a column as it is, or its values once each (``of``) and the place of each row's."""
    once = list(dict.fromkeys(values))
    if len(once) * REPEATED > len(values):
        return values
    place = {value: number for number, value in enumerate(once)}
    return {"of": once, "at": [place[value] for value in values]}


# --- what codes are called


@dataclass(frozen=True)
class CodeNames:
    """What the codes of the package are called in both languages."""

    book: Catalog
    known: Mapping[str, str]

    def both(self, chinese: str, code: str) -> list[str]:
        """Return a name in Chinese and English; where that is not known, the code in words."""
        try:
            return [chinese, english(chinese, self.known)]
        except KeyError:
            return [chinese, code.replace("_", " ")]

    def period(self, code: str) -> list[str]:
        """Return what a period is called, its kind, its first and last year, its last day known."""
        period = Period.parse(code)
        years = period.years
        day = period.end or period.start
        said = period.zh()
        return [
            *self.both(said, code),
            period.kind,
            str(years[0]),
            str(years[-1]),
            day.isoformat() if day else "",
        ]


#: Words by which people ask for a measure, beside its own.
ASKED_AS = {"yoy": "增长 增速 增幅 下降 涨幅", "share": "比重 份额", "rank": "排名 排位"}


def words_of(book: Catalog, frame: pd.DataFrame, known: Mapping[str, str]) -> dict[str, Any]:
    """Return, of each column with codes, what those in `frame` are called, by code.

    ``[Chinese, English]``, and more where a column needs it: of an indicator its subject, its
    definition in both languages and what else it is called.
    """
    names = CodeNames(book, known)
    also, labels = also_called(book), book.source_labels()
    lists = {
        name: book.text(name).set_index(key).to_dict("index")
        for name, key in (("indicators", "indicator"), ("entities", "entity"))
    }

    def others(resource: str, code: str, said: str) -> str:
        return " ".join(word for word in also.get((resource, code), ()) if word != said)

    def indicator(code: str) -> list[str]:
        row = lists["indicators"][code]
        keys = ("name_zh", "name_en", "domain", "definition_zh", "definition_en")
        return [*(row[key] for key in keys), others("indicators", code, row["name_zh"])]

    def entity(code: str) -> list[str]:
        row = lists["entities"].get(code)
        if row is None:
            return [code, code, ""]
        return [row["name_zh"], row["name_en"], others("entities", code, row["name_zh"])]

    def breakdown(code: str) -> list[str]:
        said = book.breakdown_name(code)
        words = " ".join(others("breakdowns", part, said) for part in code.split(";"))
        return [*names.both(said, code), words]

    def source(code: str) -> list[str]:
        label = labels[code] if code in labels else book.source_label(code)
        return [label, said_or_kept(label, known), source_anchor(code)]

    def measure(code: str) -> list[str]:
        return [*names.both(MEASURES[code], code), ASKED_AS.get(code, "")]

    def by(table: Mapping[str, str]) -> Callable[[str], list[str]]:
        return lambda code: names.both(table.get(code, code), code)

    def as_it_is(code: str) -> list[str]:
        return [code, said_or_kept(code, known)]

    makers: dict[str, Callable[[str], list[str]]] = {
        "indicator": indicator,
        "entity": entity,
        "breakdown": breakdown,
        "source_id": source,
        "period": names.period,
        "unit": lambda code: [*said_unit(code), *english_unit(code)],
        "status": by(STATUS_ZH),
        "basis": by(BASES_ZH),
        "flow": by(FLOWS_ZH),
        "measure": measure,
        "accumulation": by(ACCUMULATIONS),
        "qualifier": said_qualifier,
        "issuer": as_it_is,
        "base": as_it_is,
    }
    return {
        column: {
            code: form for code in dict.fromkeys(frame[column]) if code and (form := make(code))
        }
        for column, make in makers.items()
    }


def said_qualifier(code: str) -> list[str]:
    """Return how a qualifier is said of a number in both languages, and where its word stands.

    Empty for a number as it was rounded.
    """
    word = QUALIFIERS[code].ours
    place = QUALIFIERS[code].places.get(word, "")
    forms = {"before": f"{word}{{}}", "behind": f"{{}}{word}", "between": word, "alone": word}
    return [forms[place], _QUALIFIED.get(code) or (BEFORE | AFTER)[word], place] if place else []


#: English of qualifiers that stand in no printed number of a figure.
_QUALIFIED = {"more_than": "over {}", "unchanged": "about unchanged"}
#: Scales that Chinese has no word of its own for: the one below, and how far the point moves.
_SAID_SCALES = {10**9: (10**8, "1"), 10**6: (10**4, "2")}


def said_unit(code: str) -> tuple[str, str, str]:
    """Return a unit as it is said in Chinese and in codes, and how far the point moves for it.

    ``1B CNY`` is printed in English sources, and said in Chinese in 亿元.
    """
    unit = Unit.parse(code)
    scale, places = _SAID_SCALES.get(unit.scale, (unit.scale, ""))
    same = replace(unit, scale=scale)
    return unit_zh(same), str(same), places


def english_unit(code: str) -> tuple[str, str]:
    """Return how English says a number in a unit of `said_unit`, and how far its point moves."""
    chinese, same, _ = said_unit(code)
    unit = Unit.parse(same)
    counted = replace(unit, scale=1)
    # 82.2k tonnes, not 8.22 10k tonnes
    plain = {10**4: (1, f"{{}}k {counted}"), 10**8: (2, f"{{}} m {counted}")}
    places, form = ENGLISH_UNITS.get(chinese) or plain.get(unit.scale, (0, f"{{}} {same}"))
    return form, str(places)


def also_called(book: Catalog) -> dict[tuple[str, str], list[str]]:
    """Return by what names people speak of codes, by table and code; `cqbook read` knows them."""
    found: dict[tuple[str, str], list[str]] = {}
    for resource, words in spoken_names(book).items():
        for word, codes in words.items():
            for code in codes:
                found.setdefault((resource, code), []).append(word)
    return found


def facets(frame: pd.DataFrame, words: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return how many rows each choice of a reader would leave, by facet and code."""
    found = {
        name: {str(code): int(count) for code, count in frame[name].value_counts().items() if code}
        for name in FACETS
    }
    topics: dict[str, int] = dict.fromkeys(DOMAINS, 0)
    for code, count in found["indicator"].items():
        topics[words["indicator"][code][2]] += count
    years: dict[str, int] = {}
    for period, count in frame["period"].value_counts().items():
        _, _, _, first, last, _ = words["period"][period]
        for year in range(int(first), int(last) + 1):
            years[str(year)] = years.get(str(year), 0) + int(count)
    return found | {"topic": {k: n for k, n in topics.items() if n}, "year": years}


def published_years(app: Sphinx) -> tuple[int, int]:
    """Return the first and the last year that published figures are of; 0 where there are none."""
    periods = _shown(book_of(app))["period"].unique()
    years = [year for code in periods for year in Period.parse(code).years]
    return (min(years), max(years)) if years else (0, 0)


def library(app: Sphinx) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the rows of `published_rows` and their `words_of`; made once a build."""

    def made() -> tuple[pd.DataFrame, dict[str, Any]]:
        book = book_of(app)
        frame = published_rows(book)
        return frame, words_of(book, frame, known_words(app))

    return once(app, "cqbook_numbers", made)


@asked
def _published(book: Catalog) -> dict[str, str]:
    """Return the indicator of each observation that is published, by its id.

    Where one has none any more, the site before has a plain page too many.
    """
    frame = _shown(book)
    return dict(zip(frame["observation_id"], frame["indicator"], strict=True))


def published_ids(app: Sphinx) -> frozenset[str]:
    """Return the ids of the rows of `published_rows`; none where the book has no page of them."""
    return frozenset(_published(app) if NUMBERS_PAGE in app.env.found_docs else ())


# --- the scripts with the rows


def users_of(app: Sphinx) -> tuple[list[list[str]], dict[str, list[int]]]:
    """Return the figures and tables that draw observations, and which draw one, by its id."""
    shown: list[list[str]] = []
    users: dict[str, list[int]] = {}
    for name in reading_order(app):
        for node in exhibits(app.env, name):
            way = relative_uri(
                app.builder.get_target_uri(NUMBERS_PAGE), app.builder.get_target_uri(name)
            )
            if not node["meta"]["observations"]:
                continue
            for item in node["meta"]["observations"]:
                users.setdefault(item, []).append(len(shown))
            number = number_of(app, name, node)
            shown.append(
                [
                    f"{way}#{node['ids'][0]}",
                    number,
                    node["meta"]["title"],
                    number_in_english(number),
                    title_in_english(app, node),
                ]
            )
    return shown, users


def rows_script(
    frame: pd.DataFrame, users: Mapping[str, list[int]], columns: Iterable[str] = COLUMNS
) -> dict[str, Any]:
    """Return rows as the script of the page reads them, column by column."""
    charts = [";".join(map(str, users.get(item, ()))) for item in frame["observation_id"]]
    columns = {name: packed(frame[name].tolist()) for name in columns}
    return {"count": len(frame), "columns": columns | {"charts": packed(charts)}}


def write_rows(app: Sphinx, exception: Exception | None) -> None:
    """Write the rows of the page: those that come with it, and the series."""
    if exception or app.builder.format != "html":
        return
    if NUMBERS_PAGE not in app.env.found_docs or data_stand(app):
        return
    frame, words = library(app)
    charts, users = users_of(app)
    own, series = frame[frame["series"].eq("")], frame[frame["series"].ne("")]
    edition = app.config.cqbook_edition or NO_EDITION
    about = {
        "edition": edition,
        "book": publication(app).title,
        "book_en": publication(app).title_en,
        # a citation has an address only where the book has one
        "permalink": publication(app).address
        and publication(app).whole(f"v/{edition}/{NUMBERS_PAGE}.html#obs-"),
        "place": publication(app).place,
        "words": words | {"topic": {code: _topic(app, code) for code in DOMAINS}},
        "facets": facets(frame, words),
        "all": len(frame),
        "added": {str(name): int(n) for name, n in frame["edition_added"].value_counts().items()},
        "charts": charts,
        "colours": [theme.colour(role) for role in theme.SERIES],
        "config": theme.config(),
    }
    more = {"notes": own["note"].tolist(), "rows": rows_script(series, users)}
    for place, call, content in (
        (OWN_ROWS, "numbersOf", about | {"rows": rows_script(own, users, COLUMNS[:-1])}),
        (MORE_ROWS, "moreNumbers", more),
    ):
        text = f"cqbook.{call}({script_text(content)});\n"
        (Path(app.outdir) / place).write_text(text, encoding="utf-8")


def _topic(app: Sphinx, code: str) -> list[str]:
    return CodeNames(book_of(app), known_words(app)).both(DOMAINS[code], code)


# --- what is there without scripts


@dataclass(frozen=True)
class PlainRow:
    """A figure on a plain page; an empty text is not said."""

    anchor: str
    period: TextPair
    printed: TextPair
    about: TextPair
    value: TextPair
    source: SourceLink
    locator: TextPair


@dataclass(frozen=True)
class PlainLine:
    """Figures of a long series that differ in their period alone: anchor, period, value."""

    about: TextPair
    source: SourceLink
    points: list[tuple[str, TextPair, TextPair]]


#: What rows of a series have in common, to stand on one line of a plain page.
_LINE = ("entity", "breakdown", "flow", "measure", "unit", "status", "basis", "source_id")


def obs_anchor(observation_id: str) -> str:
    """Return the anchor of an observation, on the page of numbers and on its plain page."""
    return f"obs-{observation_id}"


def _about(row: TableRow, words: Mapping[str, Any], unit: str = "") -> TextPair:
    """Return whom and what of an indicator a row is about, and in which unit."""
    columns = ("entity", "flow", "breakdown", "measure", "accumulation", "basis", "status")
    parts = [words[name][row[name]][:2] for name in columns if row.get(name)]
    parts.append([unit, row["unit"] if unit else ""])
    kept = [part for part in parts if part[0] and part[0] not in USUAL]
    return TextPair("，".join(part[0] for part in kept), ", ".join(part[1] for part in kept))


#: What goes without saying.
USUAL = frozenset({ACCUMULATIONS["period"], STATUS_ZH["actual"]})


def _in_unit(row: TableRow, words: Mapping[str, Any]) -> str:
    """Return a figure with its unit and qualifier, as the page's script says it."""
    unit, _, places = words["unit"].get(row["unit"], ["", "", ""])[:3]
    form, _, where = words["qualifier"].get(row["qualifier"], ["", "", ""])
    numbers = filter(None, [row["value"], row["value_upper"]])
    moved = (f"{Decimal(text).scaleb(int(places)):f}" if places else text for text in numbers)
    number = "—".join(moved)
    if row["unit"] == "rank":
        return f"第{number}{unit}"
    if not number or where == "alone":
        return form if where == "alone" else ""
    if where == "between":
        return number + re.sub("^[百千万亿]*", lambda scale: scale[0] + form, unit)
    return (form or "{}").replace("{}", f"{number}{unit}")


def plain_rows(
    frame: pd.DataFrame, words: Mapping[str, Any], sources: str, known: Mapping[str, str]
) -> tuple[list[PlainRow], list[PlainLine]]:
    """Return the figures of an indicator as its plain page lists them.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of `published_rows`.
    words : mapping
        Of `words_of`.
    sources : str
        The way to the page of sources.
    known : mapping of str to str
        The English that the book knows.
    """

    def source(code: str) -> SourceLink:
        label, label_en, anchor = words["source_id"][code]
        return SourceLink(f"{sources}#{anchor}", label, label_en if label_en != label else "")

    def period(row: TableRow) -> TextPair:
        return TextPair(*words["period"][row["period"]][:2])

    def quoted(text: str) -> TextPair:
        return TextPair(text, "" if CHINESE.search(text) else text)

    records = sorted(rows_of(frame), key=lambda row: str(row["observation_id"]))
    own = [row for row in records if not row["series"]]
    own.sort(key=lambda row: str(words["period"][row["period"]][5]), reverse=True)
    rows = [
        PlainRow(
            obs_anchor(row["observation_id"]),
            period(row),
            quoted(row["as_printed"] or row["value"]),
            _about(row, words),
            text_pair(_in_unit(row, words), known),
            source(row["source_id"]),
            quoted(row["locator"]),
        )
        for row in own
    ]
    together: dict[tuple[str, ...], list[TableRow]] = {}
    for row in records:
        if row["series"]:
            together.setdefault(tuple(row[name] for name in _LINE), []).append(row)
    lines = []
    for some in together.values():
        unit = words["unit"].get(some[0]["unit"], [""])[0]
        about = _about(some[0] | {"accumulation": ""}, words, unit)
        points = [
            (
                obs_anchor(row["observation_id"]),
                period(row),
                # the line says the unit
                text_pair(_in_unit(row | {"unit": ""}, words), known),
            )
            for row in some
        ]
        lines.append(PlainLine(about, source(some[0]["source_id"]), points))
    return rows, lines


def plain_name(indicator: str) -> str:
    """Return the page of an indicator."""
    return f"{PLAIN_FOLDER}/{indicator.replace('_', '-')}"


def plain_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield a plain page an indicator, with an anchor for each of its figures."""
    if NUMBERS_PAGE not in app.env.found_docs or data_stand(app):
        return
    words = library(app)[1]["indicator"]
    for code, body in plain_bodies(app).items():
        name, name_en = words[code][:2]
        title = {"title": f"{name}：全部数字", "title_en": f"{name_en}: all numbers"}
        yield plain_name(code), title | {"body": Markup(body)}, "page.html"


def plain_bodies(app: Sphinx) -> dict[str, str]:
    """Return by indicator what its plain page says."""
    frame, words = library(app)
    rows = {str(code): some for code, some in frame.groupby("indicator")}
    said, lines = json_digest(dict(known_words(app))), joined_rows(frame)
    of = {
        code: [[lines[at] for at in some.index], _words_in(some, words), said]
        for code, some in rows.items()
    }
    return made_of(app, "plain-pages.json", of, lambda code: _plain_body(app, code, rows[code]))


def joined_rows(frame: pd.DataFrame) -> list[str]:
    """Return each of `published_rows` as one line: what is made of them is made of these."""
    cells = (frame[column].to_numpy(dtype=object) for column in frame)
    return list(map("\x1d".join, zip(*cells, strict=True)))


def _words_in(frame: pd.DataFrame, words: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what the codes of some rows are called."""
    codes = {column: frame[column].unique() for column in words}
    return {column: [words[column].get(code) for code in some] for column, some in codes.items()}


def _plain_body(app: Sphinx, code: str, some: pd.DataFrame) -> str:
    """Return what the plain page of an indicator says."""
    _, words = library(app)
    way = partial(app.builder.get_relative_uri, plain_name(code))
    rows, lines = plain_rows(some, words, way(SOURCES_PAGE), known_words(app))
    name, name_en, _, definition, definition_en, _ = words["indicator"][code]
    return markup(
        "plain_numbers.html",
        name=name,
        name_en=name_en,
        definition=definition,
        definition_en=definition_en,
        code=code,
        count=len(some),
        rows=rows,
        lines=lines,
        browser=way(NUMBERS_PAGE),
        permalink=Markup(PERMALINK),
    )


@dataclass(frozen=True)
class PlainLink:
    """The plain page of an indicator, and how many figures it has."""

    way: str
    name: str
    name_en: str
    count: int


def plain_links(app: Sphinx, here: str) -> list[tuple[list[str], list[PlainLink]]]:
    """Return the plain pages by subject, in the order of the subjects."""
    frame, words = library(app)
    counts = frame["indicator"].value_counts()
    found = []
    for domain in DOMAINS:
        links = [
            PlainLink(
                app.builder.get_relative_uri(here, plain_name(code)),
                said[0],
                said[1],
                int(counts[code]),
            )
            for code, said in sorted(words["indicator"].items())
            if said[2] == domain
        ]
        if links:
            found.append((_topic(app, domain), links))
    return found


def visit_browser(self: HTML5Translator, node: nodes.Element) -> None:
    """Write the browser, which a script fills, and the plain pages, which serve without."""
    app = self.builder.app
    html = markup(
        "numbers.html",
        root=root_of(NUMBERS_PAGE),
        links=plain_links(app, NUMBERS_PAGE),
        permalink=Markup(PERMALINK),
        script=f"numbers.js?v={file_digest(SCRIPT)[:12]}",
        sources=app.builder.get_relative_uri(NUMBERS_PAGE, SOURCES_PAGE),
    )
    self.body.append(html)
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the directive, the plain pages and the rows."""
    app.add_node(NumberBrowser, html=(visit_browser, None))
    app.add_directive("number-catalogue", NumberCatalogue)
    app.connect("html-collect-pages", plain_pages)
    app.connect("build-finished", write_rows)
