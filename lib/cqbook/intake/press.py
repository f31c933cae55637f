"""Figures of press releases, typed into a table: the template, and reading it back.

What a spreadsheet makes of typed text (dates of fractions, numbers without their last zero,
fractions of percents) is undone where it is certain and refused, with the address of the cell,
where it is not.
"""

from __future__ import annotations

import csv
import datetime
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import pandas as pd

from cqbook.data.catalog import Catalog
from cqbook.data.contracts import ID
from cqbook.data.descriptor import enumerated
from cqbook.data.spoken_names import spoken_names
from cqbook.data.vocabulary import ACCUMULATIONS, BASES_ZH, FLOWS_ZH, MEASURES
from cqbook.disk.untrusted import content_of
from cqbook.errors import Breach, ContractError
from cqbook.intake.customs_format import Said
from cqbook.intake.press_cells import (
    OBSERVATIONS_TABLE,
    SOURCES_TABLE,
    Cell,
    Sheet,
    cell_breach,
    headings_at,
    read_csv_sheet,
    read_workbook,
)
from cqbook.intake.press_passage import agree, figure_said, fits, in_passage, other_base
from cqbook.quantities.about import STATUS_ZH
from cqbook.quantities.numerals import halfwidth
from cqbook.quantities.periods import Period
from cqbook.quantities.printed import (
    ANNUAL_AVERAGE,
    Printed,
    read_day,
    read_either,
    read_period,
    read_printed,
)
from cqbook.quantities.units import Unit, is_count, unit_zh

#: What a row can't do without; the rest has a default or is read from ``as_printed``.
NEEDED = ("source_id", "locator", "indicator", "entity", "period", "status", "as_printed")
#: Columns of a new source that a CSV may have beside those of the figure.
SOURCE_COLUMNS = ("title", "outlet", "published", "url")
CHOICES = {"indicator": "indicators", "entity": "entities", "source_id": "sources"}
#: Words that are as good as the codes.
CODE_WORDS = {
    "status": {word: code for code, word in STATUS_ZH.items()} | {"实际": "actual"},
    "flow": {word: code for code, word in FLOWS_ZH.items()},
    # 变动 is said of points and of percents
    "measure": {word: code for code, word in MEASURES.items() if word not in ("", "变动")}
    | {"数额": "level", "年均": "annual_average"},
    "accumulation": {word: code for code, word in ACCUMULATIONS.items()},
    "basis": {word: code for code, word in BASES_ZH.items()},
}
#: Decimals that a rate in percent has in print, at most.
_DECIMALS_OF_RATES = 2
#: Where the sources have their days.
_BEIJING = datetime.timezone(datetime.timedelta(hours=8))
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Press:
    """What was read: rows of ``observations`` and of ``sources`` as text, and what to tell.

    ``name``: of the file. ``edition_added`` is left empty: who takes the rows in knows it.
    ``addresses`` has the first cell of each observation's row; ``sources_at`` the sheet and the
    first cell of each source's.
    """

    name: str
    observations: pd.DataFrame
    sources: pd.DataFrame
    warnings: tuple[str, ...]
    addresses: tuple[str, ...]
    sources_at: tuple[tuple[str, str], ...]


def is_press_table(content: bytes, name: str) -> bool:
    """Return whether a file is a table of press figures (XLSX, or CSV with our columns)."""
    if name.lower().endswith((".xlsx", ".xlsm")):
        return True
    first = content[:2000]
    for encoding in ("utf-8-sig", "gb18030"):
        # any line end: a lone CR inside a line is an error to csv
        lines = first.decode(encoding, errors="ignore").lstrip().splitlines()
        if headings_at(row for line in lines for row in csv.reader([line])):
            return True
    return False


def read_press_file(path: Path, book: Catalog, _: Said) -> Press:
    """Read one file; see `read_press`."""
    return read_press(content_of(path), path.name, book)


def read_press(content: bytes, name: str, book: Catalog) -> Press:
    """Read a filled template, or a CSV with its columns.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages; ``.xlsx`` or ``.csv``.
    book : Catalog
        Known sources, indicators, entities and breakdowns.

    Raises
    ------
    ContractError
        With every cell that is not understood, by its address.
    """
    found: list[Breach] = []
    warnings: list[str] = []
    if name.lower().endswith((".xlsx", ".xlsm")):
        sheets = read_workbook(content, name, found, warnings)
    else:
        sheets = {OBSERVATIONS_TABLE: read_csv_sheet(content, name)}
    return press_of(book, name, sheets, found, warnings)


def press_of(
    book: Catalog,
    name: str,
    sheets: Mapping[str, Sheet],
    found: list[Breach],
    warnings: Sequence[str],
) -> Press:
    """Return the rows of the sheets to fill, understood.

    Parameters
    ----------
    book : Catalog
    name : str
        Of the file, for messages.
    sheets : mapping
        ``observations``, and ``sources`` where there are new ones.
    found : list of Breach
        What can't be right in their cells already.
    warnings : sequence of str

    Raises
    ------
    ContractError
        With every cell that is not understood, by its address.
    """
    rows, listed = sheets.get(OBSERVATIONS_TABLE, []), sheets.get(SOURCES_TABLE, [])
    sheet = OBSERVATIONS_TABLE if SOURCES_TABLE in sheets else ""
    _headings(book, name, sheet, rows, found)
    given = [(SOURCES_TABLE, row) for row in listed]
    given += [(sheet, row) for row in rows if _has_source(row)]
    sources = [_source(book, name, place, row, found) for place, row in given]
    known = {row["source_id"] for row in sources}
    told = list(warnings)
    found += [_stray(name, sheet, row) for row in rows if _is_stray(row)]
    rows = [row for row in rows if not _is_stray(row)]
    reader = _Reader(book, name, sheet, known, found, told)
    observations = [reader.row(row) for row in rows]
    if not rows and not found:
        found.append(Breach(name, 0, "*", "", "至少一行数字", "at least one figure"))
    if found:
        raise ContractError(found)
    columns = [field["name"] for field in book.fields(OBSERVATIONS_TABLE)]
    source_columns = [field["name"] for field in book.fields(SOURCES_TABLE)]
    frame = pd.DataFrame(observations, columns=columns, dtype=str).fillna("")
    new = pd.DataFrame(sources, columns=source_columns, dtype=str).fillna("")
    new = new.drop_duplicates()
    places = [(place, _first(row).address) for place, row in given]
    return Press(
        name,
        frame,
        new,
        tuple(told),
        tuple(_first(row).address for row in rows),
        tuple(places[number] for number in new.index),
    )


def _is_stray(row: Mapping[str, Cell]) -> bool:
    """Return whether a row has next to nothing of what a figure can't do without: 备注, 合计.

    Of such a row each of these columns would be told, and the one thing that is wrong with none.
    """
    return len(_lacking(row)) >= len(NEEDED) - _STRAY_HAS


#: So many of the columns that each figure has are filled by what is none, at most: 合计 and a sum.
_STRAY_HAS = 2


def _lacking(row: Mapping[str, Cell]) -> list[str]:
    return [column for column in NEEDED if column not in row or not row[column].text]


def _stray(name: str, sheet: str, row: Mapping[str, Cell]) -> Breach:
    cell = next(cell for cell in row.values() if cell.text)
    zh = f"一个数的一行：这一行没有 {'、'.join(_lacking(row))}；不是数的，删去或写在表外"
    return cell_breach(name, sheet, cell, zh, f"a row of a figure, with {', '.join(_lacking(row))}")


def _first(row: Mapping[str, Cell]) -> Cell:
    return next(iter(row.values()))


def _headings(book: Catalog, name: str, sheet: str, rows: Sheet, found: list[Breach]) -> None:
    if not rows:
        return
    columns = [field["name"] for field in book.fields(OBSERVATIONS_TABLE)]
    allowed = [*columns, *(SOURCE_COLUMNS if not sheet else ())]
    # also what stands below no heading, in whatever row
    strange = [row[""] for row in rows[1:] if "" in row and row[""].text]
    for column, cell in [*rows[0].items(), *(("", cell) for cell in strange)]:
        if column not in allowed:
            near = difflib.get_close_matches(column, columns, n=1, cutoff=0.5)
            hint = f"；是不是 {near[0]}？" if near else ""
            head = replace(cell, text=column, row=1, address=re.sub(r"\d+", "1", cell.address))
            found.append(cell_breach(name, sheet, head, f"已有的列名{hint}", "a known column"))
    for column in NEEDED:
        if column not in rows[0]:
            found.append(Breach(name, 0, column, "", "有这一列", "this column to be there"))


def _has_source(row: Mapping[str, Cell]) -> bool:
    return any(row[column].text for column in ("title", "outlet") if column in row)


def _source(
    book: Catalog, name: str, sheet: str, row: Mapping[str, Cell], found: list[Breach]
) -> dict[str, str]:
    """Return a row of ``sources``; what is not said gets the careful value."""
    made = {field["name"]: "" for field in book.fields(SOURCES_TABLE)}
    made |= {column: cell.text for column, cell in row.items() if column in made}
    for column in ("source_id", "title", "outlet"):
        if not made[column]:
            cell = row.get(column) or replace(_first(row), column=column, text="")
            found.append(cell_breach(name, sheet, cell, "非空：新的来源", "a value: a new source"))
    made["published"] = _published(name, sheet, row, found)
    size = {10: "day", 7: "month", 4: "year"}
    precision = size.get(len(made["published"]), "unknown")
    defaults = {"date_precision": precision, "date_basis": "printed", "confidence": "2"}
    if _has_source(row) and "indicator" in row:
        # in a row of a figure these columns are the figure's
        made |= {"confidence": "", "note": ""}
    defaults |= {"language": "zh"}
    return {column: text or defaults.get(column, "") for column, text in made.items()}


def _published(name: str, sheet: str, row: Mapping[str, Cell], found: list[Breach]) -> str:
    """Return the day on which a source came out; one that does not exist or is to come is none."""
    cell = row.get("published")
    if cell is None or not cell.text:
        return ""
    try:
        day = read_day(cell.text)
    except ValueError as error:
        zh_text, _, text = str(error).partition(" | ")
        found.append(cell_breach(name, sheet, cell, zh_text, text))
        return ""
    today = datetime.datetime.now(tz=_BEIJING).date().isoformat()
    if day > today[: len(day)]:
        zh = f"不晚于今天（{today}）的日子：来源已经发表"
        found.append(cell_breach(name, sheet, cell, zh, f"no day after today ({today})"))
    return day


@dataclass
class _Reader:
    """Reads the rows of one file."""

    book: Catalog
    name: str
    sheet: str
    new_sources: set[str]
    found: list[Breach]
    warnings: list[str]

    def __post_init__(self) -> None:
        self.columns = [field["name"] for field in self.book.fields(OBSERVATIONS_TABLE)]
        self.enums = {
            field["name"]: codes
            for field in self.book.fields(OBSERVATIONS_TABLE)
            if (codes := enumerated(field))
        }
        self.codes: dict[str, set[str]] = {}
        self.by_name: dict[str, dict[str, list[str]]] = {}
        for column, table in CHOICES.items():
            frame = self.book.table(table)
            self.codes[column] = set(frame[column].tolist())
            self.by_name[column] = {}
            names = frame["name_zh"].tolist() if "name_zh" in frame else ()
            for code, name in zip(frame[column].tolist(), names, strict=False):
                self.by_name[column].setdefault(name, []).append(code)
        self.taken = set(self.book.table(OBSERVATIONS_TABLE)["observation_id"])
        self.breakdowns = self.book.table("breakdowns")
        self.held: dict[str, dict[str, set[str]]] = {}

    @cached_property
    def spoken(self) -> dict[str, list[str]]:
        """What a cell may call an entity; asked for where a name is none of the table's."""
        return spoken_names(self.book)["entities"]

    def refuse(self, cell: Cell, zh_text: str, text: str) -> str:
        self.found.append(cell_breach(self.name, self.sheet, cell, zh_text, text))
        return ""

    def row(self, cells: Mapping[str, Cell]) -> dict[str, str]:
        anywhere = _first(cells)

        def cell(column: str) -> Cell:
            return cells.get(column) or replace(
                anywhere, column=column, text="", address=f"第{anywhere.row}行"
            )

        made = {column: cell(column).text for column in self.columns}
        for column in NEEDED:
            if not made[column] and not (column == "as_printed" and made["value"]):
                self.refuse(cell(column), "非空", "a value")
        made |= {column: self._coded(cell(column)) for column in CHOICES if made[column]}
        made["breakdown"] = self._breakdown(cell("breakdown"))
        for column, words in CODE_WORDS.items():
            made[column] = words.get(made[column], made[column])
        for column, allowed in self.enums.items():
            if made[column] and made[column] not in allowed:
                listed = "、".join(allowed)
                self.refuse(cell(column), f"{listed} 之一", f"one of {', '.join(allowed)}")
        made["period"] = self._tried(cell("period"), read_period) if made["period"] else ""
        self._figure(made, cell)
        self._whole(made, cell)
        made["confidence"] = made["confidence"] or "2"
        made["accumulation"] = made["accumulation"] or self._accumulation(made, cell)
        self._flow(made, cell)
        made["observation_id"] = made["observation_id"] or self._identifier(made)
        if not ID.fullmatch(made["observation_id"]):
            self.refuse(
                cell("observation_id"), "source_id.名字，小写", "source_id.name, lower case"
            )
        made["edition_added"] = ""
        return made

    def _tried(self, cell: Cell, reader: Callable[[str], str]) -> str:
        try:
            return reader(cell.text)
        except ValueError as error:
            zh_text, _, text = str(error).partition(" | ")
            return self.refuse(cell, zh_text, text)

    def _coded(self, cell: Cell) -> str:
        """Return the code that a cell gives by code or by its exact Chinese name."""
        known = self.codes[cell.column]
        if cell.column == "source_id":
            known = known | self.new_sources
        if cell.text in known:
            return cell.text
        names = self.by_name[cell.column]
        named = names.get(cell.text, [])
        if not named and cell.column == "entity":
            # 重庆, 渝北: as everybody calls it
            named = self.spoken.get(cell.text, [])
        if len(named) == 1:
            return named[0]
        near = named or difflib.get_close_matches(
            cell.text, sorted(known | names.keys()), n=3, cutoff=0.4
        )
        listed = "、".join(near) or "见“代码”表"
        table = CHOICES[cell.column]
        return self.refuse(
            cell, f"表 {table} 中的代码或中文名（相近的：{listed}）", f"a code of {table}"
        )

    def _breakdown(self, cell: Cell) -> str:
        parts = []
        for part in re.split(r"[;；]", cell.text) if cell.text else []:
            frame = self.breakdowns
            dimension, sign, code = (text.strip() for text in part.partition("="))
            held = frame[frame["dimension"].eq(dimension) & frame["code"].eq(code)]
            if not sign:
                held = frame[frame["name_zh"].eq(part.strip())]
            if len(held) != 1:
                return self.refuse(cell, "表 breakdowns 中的 键=值 或中文名", "a known key=value")
            parts.append(f"{held.iloc[0]['dimension']}={held.iloc[0]['code']}")
        return ";".join(sorted(parts))

    def _figure(self, made: dict[str, str], cell: Callable[[str], Cell]) -> None:
        """Read the number from ``as_printed`` or ``value``, and check one against the other."""
        unit = self._unit(cell("unit")) if made["unit"] else ""
        typed = self._read(cell("value"), unit) if made["value"] else None
        made["as_printed"] = made["as_printed"] or made["value"]
        printed = None
        if typed is None:
            printed = self._read(cell("as_printed"), unit) if made["as_printed"] else None
        else:
            printed = read_either(made["as_printed"], unit) or self._of_passage(made, cell, typed)
        if typed and printed and not printed.measure and typed.value == f"-{printed.value}":
            # 31.9% alone says no way; the sign that is typed does
            printed = replace(printed, value=typed.value)
        if typed and printed and not agree(typed, printed):
            self.refuse(
                cell("value"),
                f"与 as_printed（{made['as_printed']}）一致的数",
                "the number of as_printed",
            )
        known = printed or typed
        if known is None:
            return
        said = [item.measure for item in (printed, typed) if item and item.measure]
        if ANNUAL_AVERAGE in said and made["measure"] not in ("", ANNUAL_AVERAGE):
            self.refuse(
                cell("measure"),
                f"{ANNUAL_AVERAGE}（照 as_printed）：年均增长跨几年，不是一期的{made['measure']}",
                f"{ANNUAL_AVERAGE}: an average over several years is none of one period",
            )
            return
        said = ["yoy" if self._year_before(item, made) else item for item in said]
        if made["qualifier"] and printed and made["qualifier"] != printed.qualifier:
            self.refuse(
                cell("qualifier"),
                f"{printed.qualifier}（as_printed 读作“{figure_said(printed)}”）",
                f"{printed.qualifier}, as printed",
            )
        if made["measure"] == "yoy" and known.unit == "times" and "yoy" not in said:
            self.refuse(
                cell("as_printed"),
                "“增长…倍”或“为…倍”：两者差一倍",
                "增长…倍 or 为…倍: they differ by one",
            )
        elif made["measure"] and said and not fits(made["measure"], said[0], known.unit):
            self.refuse(cell("measure"), f"{said[0]}（照 as_printed）", f"{said[0]}, as printed")
        # a spreadsheet drops the zero of 8158.40; what is printed has it
        made["value"], made["value_upper"] = known.value, made["value_upper"] or known.value_upper
        made["unit"] = known.unit
        made["measure"] = made["measure"] or (said[0] if said else "level")
        made["qualifier"] = made["qualifier"] or known.qualifier
        if made["measure"] == ANNUAL_AVERAGE:
            self._averaged(made, cell)
        self._fraction(made, cell)
        rate = self.book.lookup("indicators", "indicator", made["indicator"], "dimension")
        if made["measure"] == "level" and known.unit == "percent" and rate != "percent":
            self.refuse(
                cell("measure"),
                "yoy、share 等：百分数是什么的百分数",
                "yoy, share …: percent of what",
            )

    def _whole(self, made: Mapping[str, str], cell: Callable[[str], Cell]) -> None:
        """Refuse half a vehicle, and what a year has come to in a period of one month."""
        level = made["measure"] in ("level", "difference")
        parts = Decimal(made["value"] or 0) % 1
        if level and parts and made["unit"] and is_count(Unit.parse(made["unit"])):
            word = unit_zh(Unit.parse(made["unit"]))
            zh = f"整数，或万{word}（只写{word}，数不会有小数）"
            self.refuse(cell("unit"), zh, "a whole number, or a scale: 10k")
        month = re.fullmatch("([0-9]{4})-(0[2-9]|1[0-2])", made["period"])
        if month and made["accumulation"] == "ytd":
            months = f"{month[1]}-01/{made['period']}"
            zh = f"period（当期）；年内累计的时期写 {months}"
            self.refuse(
                cell("accumulation"), zh, f"period; of a year to date the period is {months}"
            )

    def _fraction(self, made: Mapping[str, str], cell: Callable[[str], Cell]) -> None:
        """Refuse 0.124 as percent where no % is typed, and tell of 0.5: they may be 12.4% and 50%.

        No rate is printed with three decimals; below one per cent there are some.
        """
        value = made["value"]
        typed = re.search("[%％]|百分", f"{made['as_printed']}{cell('value').text}")
        if made["unit"] != "percent" or typed or not 0 < abs(float(value or 0)) < 1:
            return
        hundredfold = f"{Decimal(value) * 100:f}".rstrip("0").rstrip(".")
        if len(value.partition(".")[2]) > _DECIMALS_OF_RATES:
            zh = f"{hundredfold}% 还是 {value}%：带上 % 写"
            self.refuse(cell("value"), zh, f"{hundredfold}% or {value}%: typed with its %")
            return
        self.warnings.append(
            f"{self.name}：第{cell('value').row}行的{value}照单位读作{value}%，不是{hundredfold}%"
            f" | row {cell('value').row}: {value} is taken as {value}%, not as {hundredfold}%"
        )

    def _year_before(self, said: str, made: Mapping[str, str]) -> bool:
        """Return whether growth against a named year is that against the year before: 同比."""
        named = re.search("[比较]((?:19|20)[0-9]{2})年", halfwidth(made["as_printed"]))
        return bool(said == "pct_change" and named and not other_base(named[1], made["period"]))

    def _averaged(self, made: Mapping[str, str], cell: Callable[[str], Cell]) -> None:
        """Refuse an average over years that has the period of one, or is no rate."""
        if made["unit"] != "percent":
            self.refuse(
                cell("as_printed"), "年均增长的百分数：年均的数额不是一期的数额",
                "a rate of growth: an amount a year is none of one period",
            )  # fmt: skip
        elif (
            made["period"]
            and len(Period.parse(made["period"]).years) == 1
            and (Period.parse(made["period"]).kind != "open")
        ):
            self.refuse(
                cell("period"), "年均的那几年，如 2021/2025、2021/..", "those years: 2021/2025"
            )

    def _of_passage(
        self, made: dict[str, str], cell: Callable[[str], Cell], typed: Printed
    ) -> Printed | None:
        """Return the figure of a passage by its own words; all that contradicts them is refused."""
        found = in_passage(made, typed)
        for column, zh_text, text in found.refusals:
            self.refuse(cell(column), zh_text, text)
        made["measure"] = found.measure
        return found.figure

    def _unit(self, cell: Cell) -> str:
        """Return a unit given by its code, or by its Chinese word where that has one meaning."""
        try:
            return str(Unit.parse(cell.text)) if unit_zh(Unit.parse(cell.text)) else ""
        except ValueError:
            pass
        return self._tried(cell, lambda text: read_printed(f"1{text}").unit)

    def _read(self, cell: Cell, unit: str) -> Printed | None:
        try:
            return read_printed(cell.text, unit)
        except ValueError as error:
            zh_text, _, text = str(error).partition(" | ")
            self.refuse(cell, f"读得懂的数（{zh_text}）", f"a figure ({text})")
            return None

    def _accumulation(self, made: Mapping[str, str], cell: Callable[[str], Cell]) -> str:
        """Return the accumulation that a period leaves no doubt about."""
        if not made["period"]:
            return ""
        period = Period.parse(made["period"])
        certain = ""
        if made["measure"] == ANNUAL_AVERAGE:
            return "period"
        if period.kind in ("year", "month"):
            certain = "period"
        elif period.is_ytd:
            certain = "ytd"
        usual = self._usual(made["indicator"], "accumulation")
        if certain and (not usual or certain in usual):
            return certain
        listed = "、".join(self.enums["accumulation"])
        return self.refuse(
            cell("accumulation"), f"{listed} 之一：时期 {made['period']} 看不出来", "one of these"
        )

    def _flow(self, made: Mapping[str, str], cell: Callable[[str], Cell]) -> None:
        """Refuse a flow left empty where every figure has one, and a total of what has none.

        Either would be another thing beside the same one, and contradict nothing.
        """
        usual = self._usual(made["indicator"], "flow")
        if not made["flow"] and usual and "" not in usual:
            # an indicator of exports alone has no other; of trade all three can be printed
            allowed = FLOWS_ZH if "total" in usual else sorted(usual)
            zh = "、".join(f"{flow}（{FLOWS_ZH[flow]}）" for flow in allowed)
            some = "之一" if len(allowed) > 1 else ""
            self.refuse(
                cell("flow"), f"{zh}{some}：{made['indicator']} 的数都写明流向",
                f"{' or '.join(allowed)}: each figure of {made['indicator']} says which",
            )  # fmt: skip
        elif made["flow"] == "total" and usual == {""}:
            self.refuse(
                cell("flow"), f"留空：{made['indicator']} 的数没有流向之分",
                f"nothing: figures of {made['indicator']} have no flow",
            )  # fmt: skip

    def _usual(self, indicator: str, column: str) -> set[str]:
        """Return what the figures of an indicator have in a column."""
        if indicator not in self.held:
            frame = self.book.observations(indicator=indicator)
            self.held[indicator] = {
                name: set(frame[name].unique()) for name in ("accumulation", "flow")
            }
        return self.held[indicator][column]

    def _identifier(self, made: Mapping[str, str]) -> str:
        parts = [made[key] for key in ("indicator", "period", "breakdown", "flow", "measure")]
        parts = [part for part in parts if part not in ("", "level", "total")]
        if made["entity"] not in ("", self.book.place):
            parts.insert(1, made["entity"])
        slug = _SLUG.sub("-", "-".join(parts).lower()).strip("-")
        first = made["source_id"] or "source"
        made_id, count = f"{first}.{slug}", 1
        while made_id in self.taken:
            count += 1
            made_id = f"{first}.{slug}-{count}"
        self.taken.add(made_id)
        return made_id
