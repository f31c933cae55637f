"""How a figure or table is cited: lines to paste, and records for programs that keep literature.

Records are BibTeX, RIS (Zotero, EndNote, NoteExpress) and CSL-JSON (Zotero, pandoc).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from cqbook.figures.exhibit import Exhibit

#: Styles of `citations`: key → what a reader calls it.
STYLES = {
    "line": "简报一行",
    "gbt7714": "GB/T 7714—2015",
    "apa": "APA",
    "bibtex": "BibTeX",
    "ris": "RIS",
    "csl": "CSL-JSON",
}
#: What English readers call those that have another name.
STYLES_EN = {"line": "One line", "gbt7714": "GB/T 7714–2015"}
#: Those that are read by people, who copy them from the page.
READ_BY_PEOPLE = ("line", "gbt7714", "apa", "bibtex")
#: Files of those that programs read: how they end → style.
RECORDS = {"bib": "bibtex", "ris": "ris", "csl.json": "csl"}


def style_of(style: str, language: str) -> str:
    """Return what readers of a language call a style."""
    return STYLES_EN.get(style, STYLES[style]) if language == "en" else STYLES[style]


def citations(exhibit: Exhibit) -> dict[str, str]:
    """Return the citation by style, as `STYLES` has them.

    GB/T 7714—2015 asks for the day of the citation: that is the reader's to fill in. Where the book
    has no address, there is none in a citation: a way inside the site leads nobody there. Of a
    figure in English those that are read by people.
    """
    if exhibit.language == "en":
        return _in_english(exhibit)
    book, author = exhibit.book.title, exhibit.book.author
    title, edition = exhibit.identity.title, exhibit.edition
    year, address = "".join(month_of(edition)[:1]), _address(exhibit)
    zh_kind, kind = ("表", "Table") if exhibit.is_table else ("图", "Figure")
    return {
        "line": f"{exhibit.source}；{zh_kind}：《{book}》，版次 {edition}，{exhibit.id}。",
        "gbt7714": f"{author}. {title}{medium(address)}//{book}. 版次 {edition}. {exhibit.id}"
        f"{reached(address, '引用日期')}.",
        "apa": f"{author}. ({year or 'n.d.'}). {title} [{kind} {exhibit.id}]. "
        f"In {book} (Edition {edition}).{_behind(exhibit)}",
        "bibtex": _bibtex(exhibit, year),
        "ris": _ris(exhibit, year),
        "csl": _csl(exhibit),
    }


def _in_english(exhibit: Exhibit) -> dict[str, str]:
    book, author, edition = exhibit.book.title_en, exhibit.book.author_en, exhibit.edition
    title = exhibit.identity.title
    year, address = "".join(month_of(edition)[:1]), _address(exhibit)
    kind = "Table" if exhibit.is_table else "Figure"
    fields = {
        "author": f"{{{author}}}",
        "title": title,
        "howpublished": f"{book}, edition {edition}",
        "year": year,
        "note": f"{exhibit.id}; {exhibit.source}",
        "url": address,
    }
    return {
        "line": f"{exhibit.source}; {kind.lower()}: {book}, edition {edition}, {exhibit.id}.",
        "gbt7714": f"{author}. {title}{medium(address)}//{book}. Edition {edition}. {exhibit.id}"
        f"{reached(address, 'date of citation')}.",
        "apa": f"{author}. ({year or 'n.d.'}). {title} [{kind} {exhibit.id}]. "
        f"In {book} (Edition {edition}).{_behind(exhibit)}",
        "bibtex": _misc(exhibit, fields),
    }


def _address(exhibit: Exhibit) -> str:
    """Return where the figure is on the web; empty where the book has no address."""
    return exhibit.permalink if exhibit.book.address else ""


def medium(address: str) -> str:
    """Return what GB/T 7714 says of a data set: online, where it has an address."""
    return "[DS/OL]" if address else "[DS]"


def reached(address: str, day: str) -> str:
    """Return the day, for the reader to fill in, and the address of what GB/T 7714 has online."""
    return f"[{day}]. {address}" if address else ""


def _behind(exhibit: Exhibit) -> str:
    return f" {exhibit.permalink}" if exhibit.book.address else ""


def month_of(edition: str) -> list[str]:
    """Return year and month that the name of an edition says; empty where it says none."""
    found = re.match(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2]))?(?!\d)", edition)
    return [part for part in found.groups() if part] if found else []


def _key(exhibit: Exhibit) -> str:
    return re.sub(r"\W", "", f"{exhibit.id}{exhibit.edition}".replace("-", ""))


def _note(exhibit: Exhibit) -> str:
    return f"{exhibit.id}；{exhibit.source}"


def _bibtex(exhibit: Exhibit, year: str) -> str:
    fields = {
        "author": f"{{{exhibit.book.author}}}",
        "title": exhibit.identity.title,
        "howpublished": f"{exhibit.book.title}，版次 {exhibit.edition}",
        "year": year,
        "note": _note(exhibit),
        "url": _address(exhibit),
    }
    return _misc(exhibit, fields)


def _misc(exhibit: Exhibit, fields: Mapping[str, str]) -> str:
    lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items() if text)
    return f"@misc{{{_key(exhibit)},\n{lines}\n}}"


def _ris(exhibit: Exhibit, year: str) -> str:
    fields = {
        "TY": "DATA",
        "ID": _key(exhibit),
        "TI": exhibit.identity.title,
        "AU": exhibit.book.author,
        "T2": exhibit.book.title,
        "PY": year,
        "DA": "/".join(month_of(exhibit.edition)),
        "ET": exhibit.edition,
        "LA": "zh-CN",
        "N1": _note(exhibit),
        "UR": _address(exhibit),
    }
    # a line a field: what a title breaks into would be read as another field
    kept = [f"{name}  - {' '.join(text.split())}" for name, text in fields.items() if text]
    return "\n".join([*kept, "ER  - "])


def _csl(exhibit: Exhibit) -> str:
    item: dict[str, object] = {
        "id": _key(exhibit),
        "type": "dataset",
        "title": exhibit.identity.title,
        "author": [{"literal": exhibit.book.author}],
        "container-title": exhibit.book.title,
        "version": exhibit.edition,
        "number": exhibit.id,
        "language": "zh-CN",
        "note": _note(exhibit),
    }
    if day := month_of(exhibit.edition):
        item["issued"] = {"date-parts": [[int(part) for part in day]]}
    if address := _address(exhibit):
        item["URL"] = address
    return json.dumps([item], ensure_ascii=False, indent=1)
