"""What an edition has to tell to who follows the book: revisions, errata, claims that turned."""

from __future__ import annotations

from cqbook.changes.errata import corrections
from cqbook.changes.records import Comparison
from cqbook.data.catalog import Catalog
from cqbook.data.rows import rows_of
from cqbook.editions.feed import News, NewsItem


def news_of(found: Comparison | None, book: Catalog, edition: str) -> News:
    """Return what is new in an edition, compared with the one before it, if there is one."""
    publication = book.publication
    return News(
        book=publication.title,
        author=publication.author,
        address=publication.address,
        summary=_summary(found),
        items=[
            *(_revisions(found) if found else ()),
            *_errata(book, edition),
            *(_turned(found) if found else ()),
        ],
    )


def _summary(found: Comparison | None) -> str:
    if found is None:
        return "第一个版次。"
    observed = found.observations
    counts = [
        ("个新的数字", sum(row.count for row in observed.added) if observed else 0),
        ("个数字有修订", len(observed.revised) if observed else 0),
        ("张图有变动", sum(item.change == "changed" for item in found.figures)),
        ("张新图", sum(item.change == "added" for item in found.figures)),
        ("条论断翻转", len(_turned(found))),
    ]
    said = "，".join(f"{count}{what}" for what, count in counts if count) or "没有变化"
    return f"与版次{found.old}相比：{said}。"


def _revisions(found: Comparison) -> list[NewsItem]:
    revised = found.observations.revised if found.observations else ()
    return [
        NewsItem(
            kind="revision",
            key=item.new_id,
            title=f"修订：{item.what}",
            text=f"{item.old}（{item.old_source}）改为{item.new}（{item.new_source}），{item.how}。",
            way=f"chapters/numbers.html#obs-{item.new_id}",
        )
        for item in revised
    ]


def _errata(book: Catalog, edition: str) -> list[NewsItem]:
    frame = corrections(book)
    mended = frame[frame["mended"].eq(edition) & frame["matters"].astype(bool)]
    return [
        NewsItem(
            kind="erratum",
            key=row["rests"] or row["what"],
            title=f"勘误：{row['what']}",
            text=f"原为{row['old']}，现为{row['new']}。{row['wrong']}；{row['editions']}。",
            way="chapters/errata.html",
        )
        for row in rows_of(mended)
    ]


def _turned(found: Comparison) -> list[NewsItem]:
    return [
        NewsItem(
            kind="claim",
            key=f"{item.page}.{item.name}",
            title=f"论断翻转：{item.sentence}",
            text=f"{item.old}变为{item.new}：{item.margin}。",
            way=f"chapters/{item.page}.html#claim-{item.name}",
        )
        for item in found.claims
        if item.old and item.new and item.old != item.new
    ]
