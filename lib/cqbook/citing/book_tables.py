"""Tables of the book in documents: what is printed of one, and whether one still says the same.

Their cells are texts and facts: they are compared as they are printed. Rows may be left out, and
columns but the first, which says what a row is of.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from cqbook.changes.records import Revision
from cqbook.citing.alike import bare, begins_with
from cqbook.citing.briefing import NO_CELL, bare_end, caption, note_line, reference
from cqbook.citing.cited import Cited
from cqbook.citing.entries import TableEntry
from cqbook.citing.manuscript import Align
from cqbook.citing.rounded import is_rounded
from cqbook.quantities.quantity import DERIVED_COLUMN

#: Said of a slide where a table goes on.
GOES_ON = "（续）"
#: Cells that a reason names; of more the rest is counted.
_NAMED = 6
#: A cell that is a number with what it counts.
_NUMBER = re.compile(r"[-−+约近超]?\d[\d,.]*\D{0,6}")
#: Columns together that tell the rows of a table apart.
_TOGETHER = 2


def source_of_table(entry: TableEntry) -> str:
    """Return the line below a table."""
    return f"{bare_end(entry.citations['line'].rpartition('；表：')[0])}。"


def foot_of_table(entry: TableEntry, edition: str) -> str:
    """Return the line below a table on a slide, by which it is known on paper too."""
    of = re.search("表：(《.{1,80}》)", entry.citations["line"])
    return f"{source_of_table(entry)}表：{of[1] if of else ''}版次 {edition}，{entry.id}。"


def texts_of_table(entry: TableEntry, edition: str) -> tuple[str, ...]:
    """Return all that briefings print of a table beside its cells."""
    made = (
        entry.title,
        caption(entry),
        note_line(entry),
        source_of_table(entry),
        foot_of_table(entry, edition),
        reference(entry),
        entry.citations["gbt7714"],
        entry.citations["line"],
        entry.citations["apa"],
    )
    return tuple(text for text in made if text)


def all_of_table(entry: TableEntry, edition: str) -> tuple[str, ...]:
    """Return all that the book says of a table, bare."""
    said = (*texts_of_table(entry, edition), entry.subtitle, entry.note, entry.sources_zh)
    cells = (cell for row in (entry.columns, *entry.rows) for cell in row)
    return tuple(sorted({bare(text) for text in (*said, *cells) if text}))


def printed_rows(entry: TableEntry) -> tuple[tuple[str, ...], ...]:
    """Return the cells as they are set: one without a text is a dash, as on the page."""
    return tuple(tuple(cell or NO_CELL for cell in row) for row in entry.rows)


def column_aligns(entry: TableEntry) -> list[Align]:
    """Return how the columns are set: numbers flush right."""
    columns = zip(*entry.rows, strict=True)
    filled = ([cell for cell in column if cell] for column in columns)
    return ["right" if cells and all(map(_NUMBER.fullmatch, cells)) else "left" for cells in filled]


# --- asked again


def altered_table(item: Cited, entry: TableEntry) -> tuple[str, str]:
    """Return what a table says otherwise than the book, and why it can't be compared, in words."""
    places = columns_shown(item.heads, entry)
    if not places:
        return "", other_heads(item)
    for head, place in zip(item.heads, places, strict=True):
        if _plain_head(head) != _plain_head(entry.columns[place]):
            return f"表头“{head}”少了“{DERIVED_COLUMN}”：这一列是本书推算的", ""
    if not item.rows:
        return "", "只有表头，没有行可比较"
    known = [[entry.rows[number][place] for place in places] for number in range(len(entry.rows))]
    plain = {bare_cells(row) for row in known}
    strange = [
        row
        for row in dict.fromkeys(item.rows)
        if bare_cells(row) not in plain and not any(is_rounded_row(row, other) for other in known)
    ]
    if strange:
        more = f"；等{len(strange)}行" if len(strange) > _NAMED else ""
        told = (_difference(item.heads, row, known) for row in strange[:_NAMED])
        return f"{'；'.join(told)}{more}", ""
    twice = [row for row, count in Counter(map(bare_cells, item.rows)).items() if count > 1]
    often = Counter(map(bare_cells, known))
    for row in twice:
        if Counter(map(bare_cells, item.rows))[row] > often[row]:
            return f"表中有一行重复：{'，'.join(row)}", ""
    return "", ""


def other_heads(item: Cited) -> str:
    """Return that the headings of a table are somebody's own, and what they are."""
    return f"表头不是本书的（{'、'.join(item.heads)[:80]}），没有比较"


def columns_shown(heads: Sequence[str], entry: TableEntry) -> tuple[int, ...]:
    """Return which columns of the book a table has; empty where it is none of the book's.

    The first must be there: without what it is of, a row says nothing. A heading is the book's also
    where it no longer says that its numbers are derived (`altered_table` tells of that).
    """
    known = list(map(_plain_head, entry.columns))
    unmarked = {
        _plain_head(head.removesuffix(DERIVED_COLUMN)): _plain_head(head)
        for head in entry.columns
        if head.endswith(DERIVED_COLUMN)
    }
    plain = map(_plain_head, heads)
    asked = [head if head in known else unmarked.get(head, head) for head in plain]
    if not asked or len(set(asked)) < len(asked) or not set(asked) <= set(known):
        # headings that repeat are told apart by their places
        return tuple(range(len(known))) if asked and asked == known else ()
    places = tuple(known.index(head) for head in asked)
    return places if 0 in places else ()


def _plain_head(head: str) -> str:
    """Return a heading as it is compared: 2025 over a column is 2025年."""
    return re.sub("^((?:19|20)[0-9]{2})年$", r"\1", bare(head))


def parts_left_out(item: Cited, entry: TableEntry) -> str:
    """Return how much of a table a document has, where it is not all of it."""
    rows, columns = len(item.rows), len(item.heads)
    if (rows, columns) == (len(entry.rows), len(entry.columns)):
        return ""
    return f"（文中{rows}行{columns}列，书中{len(entry.rows)}行{len(entry.columns)}列）"


def bare_cells(cells: Iterable[str]) -> tuple[str, ...]:
    """Return cells as they are compared; one without a text is a dash on the page."""
    dash = bare(NO_CELL)
    return tuple("" if (text := bare(cell)) == dash else text for cell in cells)


def is_rounded_row(row: Sequence[str], known: Sequence[str]) -> bool:
    """Return whether a row is one of the book's with numbers rounded, or of another scale."""
    return len(row) == len(known) and all(
        one == two or is_rounded(one, two)
        for one, two in zip(bare_cells(row), bare_cells(known), strict=True)
    )


def _difference(heads: Sequence[str], row: Sequence[str], known: Sequence[Sequence[str]]) -> str:
    """Return where a row is none of the book's: its cell that is another, where one row is near."""
    shown = "，".join(text for text in row if text) or "（空行）"
    wrong: list[str] = []

    def shared(other: Sequence[str]) -> int:
        return sum(one == two for one, two in zip(bare_cells(row), bare_cells(other), strict=False))

    nearest = max(known, key=shared)
    if len(row) != len(heads) or shared(nearest) * 2 < len(row):
        return f"表中有该版次没有的行：{shown}"
    for head, cell, wanted in zip(heads, row, nearest, strict=True):
        if bare_cells([cell]) != bare_cells([wanted]) and not is_rounded(cell, wanted):
            wrong.append(f"{head}为“{cell}”，该版次为“{wanted or NO_CELL}”")
    said = "；".join(wrong)
    return f"“{nearest[0]}”一行的{said}" if said else f"表中有该版次没有的行：{shown}"


# --- of one edition and another


def named_rows(*sides: TableEntry) -> list[Mapping[str, tuple[str, ...]]]:
    """Return the rows of a table in editions, by what tells them apart in all of these.

    That is a column, or two, in which no cell comes twice; else the whole row: then one that
    changed is one that went, and another that came.
    """
    heads = sides[0].columns
    same = all(side.columns == heads for side in sides)
    few = range(len(heads)) if same else ()
    wanted = [places for size in range(1, _TOGETHER + 1) for places in combinations(few, size)]
    for places in wanted:
        named = [{_name(row, places): row for row in side.rows} for side in sides]
        if all(len(rows) == len(side.rows) for rows, side in zip(named, sides, strict=True)):
            return list(named)
    return [{_name(row, range(len(row))): row for row in side.rows} for side in sides]


def _name(row: Sequence[str], places: Iterable[int]) -> str:
    return "·".join(row[place] or NO_CELL for place in places)


def why_table_revised(
    revised: Iterable[Revision], old: TableEntry, new: TableEntry, unexplained: str
) -> str:
    """Return which cells of a table changed, old → new, and what the data say of the reason."""
    was, now = named_rows(old, new)
    moves: list[str] = []
    cells: set[tuple[str, str]] = set()
    changed = False
    for name in dict.fromkeys([*now, *was]):
        before, after = was.get(name), now.get(name)
        if before is None or after is None:
            moves.append(f"{name}：{'无' if before is None else '有'} → {'有' if after else '无'}")
            continue
        for head, one, two in zip(new.columns, before, after, strict=False):
            if one != two:
                changed = True
                if one and two:
                    cells.add((one, two))
                moves.append(f"{name}·{head}：{one or '无'} → {two or '无'}")
    reasons = [
        f"{item.how}（{item.new_source}）"
        for item in revised
        # a revision says the status behind the number
        if any(begins_with(item.old, one) and begins_with(item.new, two) for one, two in cells)
    ]
    why = "、".join(dict.fromkeys(reasons)) or unexplained
    if moves and not changed and not reasons:
        why = "表中列的行有增减"
    more = f"等{len(moves)}处" if len(moves) > _NAMED else ""
    listed = "；".join(moves[:_NAMED]) or "表头、出处或附注有变"
    return f"{listed}{more}。原因：{why}"
