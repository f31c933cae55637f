"""The claims of a book: each block has its condition, and in the default edition each holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

import nbformat

from cqbook.data.customs_store import CUSTOMS
from cqbook.errors import ChapterError, DataError, Fault
from cqbook.figures.claims import Claim, Known, StatedClaim, cell_blocks, said_of
from cqbook.quantities.quantity import NO_NUMBER

_NUMBERED = re.compile(r"\{numref\}`(?:[^`<]*<)?([a-z0-9-]+)>?`")


class ClaimError(DataError):
    """Claims of the default edition that do not hold; `said` lists them."""

    def __init__(self, said: list[StatedClaim]) -> None:
        self.said = said
        head = (
            f"{len(said)}个论断不成立，书不发布：改写句子，或核对数据"
            f" | {len(said)} claims do not hold, nothing is published:"
            " rewrite the sentences, or check the data"
        )
        super().__init__("\n".join([head, *(item.line for item in said)]))


def check_claims(
    executed: Mapping[str, nbformat.NotebookNode], default: Collection[str] = ()
) -> None:
    """Refuse pages whose blocks stand on nothing, and claims that must hold and do not.

    Claims on customs detail are held to the files that an analyst took in, which the authors never
    saw: where they do not hold, their sentences are not on the page.

    Parameters
    ----------
    executed : mapping of str to notebook
        By page.
    default : collection of str
        The pages on which every claim must hold: those of the default edition, with the
        parameters that their chapters have.

    Raises
    ------
    ChapterError
        For a block whose condition no cell gives.
    ClaimError
        With sentence, page, numbers and margin of each claim that does not hold.
    """
    faults = [fault for page, item in executed.items() for fault in _block_faults(page, item)]
    if faults:
        raise ChapterError(faults)
    bad = [
        item
        for page in executed
        if page in default
        for item in said_of(page, executed[page])
        if not item.claim.holds and not _on_detail(item.claim)
    ]
    if bad:
        raise ClaimError(bad)
    faults = [
        fault
        for page, item in executed.items()
        if page in default
        for fault in _silent_faults(page, item)
    ]
    if faults:
        raise ChapterError(faults)


def _on_detail(claim: Claim) -> bool:
    """Return whether a claim rests on customs detail, which no commit holds."""
    return CUSTOMS in claim.rows


def check_references(executed: Mapping[str, nbformat.NotebookNode]) -> None:
    """Refuse pages whose prose sends readers to a figure or table that none of the pages shows.

    Parameters
    ----------
    executed : mapping of str to notebook
        All pages of the book.

    Raises
    ------
    ChapterError
        With page, cell and the id.
    """
    known = {page: Known.of(notebook) for page, notebook in executed.items()}
    shown = {name for item in known.values() for name in item.shown}
    faults = [
        Fault(
            f"chapters/{page}",
            f"第{number}个单元",
            f"cell {number}",
            f"{{numref}}`{name}`",
            "页上有的图表；只在有图时说的话放进 :::{given} 块",
            "a figure or table on a page; what is said of it alone goes into a block :::{given}",
        )
        for page, notebook in executed.items()
        for number, cell in enumerate(notebook.cells, start=1)
        if cell.cell_type == "markdown"
        for name in _NUMBERED.findall(known[page].resolved(cell.source))
        if name not in shown
    ]
    if faults:
        raise ChapterError(faults)


def _block_faults(page: str, notebook: nbformat.NotebookNode) -> Iterator[Fault]:
    known = Known.of(notebook)
    for number, block in cell_blocks(notebook):
        place = (f"第{number}个单元", f"cell {number}")
        text = f":::{{{block.kind}}} {' '.join(block.names)}"
        if not block.names:
            zh, expected = "带有名字的块", "a name behind the kind of block"
            yield Fault(f"chapters/{page}", *place, text, zh, expected)
        elif block.kind != "given":
            for name in block.names:
                if name not in known.claims:
                    zh, expected = "cq.claim 作出的论断", "a claim that cq.claim makes"
                    yield Fault(f"chapters/{page}", *place, f"{text}: {name}", zh, expected)


def _silent_faults(page: str, notebook: nbformat.NotebookNode) -> Iterator[Fault]:
    """Yield claims that hold, whose sentence is missing for want of a number in it."""
    known = Known.of(notebook)
    for number, block in cell_blocks(notebook):
        if any(_on_detail(known.claims[name]) for name in block.names if name in known.claims):
            continue
        if block.kind == "claim" and not known.stands(block):
            lost = [name for name in block.asked() if known.texts.get(name) in NO_NUMBER]
            place = (f"第{number}个单元", f"cell {number}")
            text = f":::{{claim}} {' '.join(block.names)}: {', '.join(lost)}"
            zh, expected = "句中每个数都有公布", "a sentence whose numbers are all published"
            yield Fault(f"chapters/{page}", *place, text, zh, expected)
