"""The Atom feed: editions, revisions, errata and claims that turned, as who subscribes reads it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as Tree
from dataclasses import replace

import pytest
from conftest import ROOT
from test_publication import made

from cqbook.changes import news
from cqbook.changes.records import (
    ClaimChange,
    Comparison,
    ObservationChanges,
    OneSided,
    Revision,
)
from cqbook.data.catalog import Catalog
from cqbook.data.publication import Publication, publication_of
from cqbook.editions import feed, paths, publish, served
from cqbook.errors import DataError

REVISION = Revision(
    *("2022年重庆市进出口额", "8158.4亿元", "8158.5亿元", "重庆日报", "重庆海关"),
    *("trade-2022.total", "customs.total", ("trade-2022", "customs"), "更正"),
)
FOUND = Comparison(
    claims=(
        ClaimChange("trade", "below", "成立", "不成立", "2025年仍比2022年少 <1%", "差1%"),
        ClaimChange("trade", "new", "", "成立", "新的一句", "差2%"),
    ),
    observations=ObservationChanges((REVISION,), (OneSided("x", "1", 3),)),
    old="2026-11",
    new="2026-12",
)
NAMES = {"a": feed.ATOM}


def test_an_edition_tells_what_was_revised_and_which_claims_turned():
    told = news.news_of(FOUND, Catalog(ROOT / "data"), "2026-12")
    assert [(item.kind, item.key) for item in told.items] == [
        ("revision", "customs.total"),
        ("claim", "trade.below"),
    ]
    assert told.summary == "与版次2026-11相比：3个新的数字，1个数字有修订，1条论断翻转。"
    assert told.items[0].way == "chapters/numbers.html#obs-customs.total"
    assert news.news_of(None, Catalog(ROOT / "data"), "2026-11").summary == "第一个版次。"


def test_an_erratum_is_told_in_the_edition_that_mends_it(spoiled):
    row = "e1,trade-2022.total,总额,entry,8158.3亿元,8158.4亿元,抄错一位,fig-a,2026-10,2026-11"
    with (spoiled.path / "errata.csv").open("a", encoding="utf-8") as table:
        table.write(f"{row}\n")
    (item,) = news.news_of(None, Catalog(spoiled.path), "2026-11").items
    assert (item.kind, item.way) == ("erratum", "chapters/errata.html")
    assert "抄错一位" in item.text
    assert news.news_of(None, Catalog(spoiled.path), "2026-12").items == []


def entries(content):
    return Tree.fromstring(content).findall("a:entry", NAMES)


def link(entry):
    return entry.find("a:link", NAMES).get("href")


@pytest.fixture
def told():
    made_of = news.news_of(FOUND, Catalog(ROOT / "data"), "2026-12")
    return [
        feed.EditionNews("2026-12", "2026-12-05", made_of),
        feed.EditionNews("2022", "2026-11-01", feed.News()),
    ]


def test_the_feed_is_atom_with_the_newest_first(told):
    content = feed.feed_xml(told, told[0].news)
    root = Tree.fromstring(content)
    for place in (root, *entries(content)):
        # what RFC 4287 wants of each
        for name in ("id", "title", "updated"):
            assert len(place.findall(f"a:{name}", NAMES)) == 1, name
    assert root.find("a:author/a:name", NAMES).text
    assert root.find("a:updated", NAMES).text == "2026-12-05T00:00:00Z"
    ids = [entry.find("a:id", NAMES).text for entry in entries(content)]
    assert len(set(ids)) == len(ids) == 4
    assert [entry.find("a:category", NAMES).get("term") for entry in entries(content)] == [
        *("edition", "revision", "claim", "edition")
    ]
    assert link(entries(content)[0]) == "v/2026-12/index.html"
    assert link(entries(feed.feed_xml(told, told[0].news, inside=True))[0]) == "2026-12/index.html"
    assert "<1%" in entries(content)[2].find("a:title", NAMES).text
    assert feed.feed_xml(told, told[0].news) == content
    assert entries(feed.feed_xml([], told[0].news)) == []


def test_a_site_whose_address_is_known_has_whole_addresses(told):
    at = "https://example.org/book"
    known = replace(told[0], news=told[0].news.model_copy(update={"address": at}))
    content = feed.feed_xml([known, told[1]], known.news)
    assert link(entries(content)[-1]) == f"{at}/v/2022/index.html"
    assert Tree.fromstring(content).find("a:link", NAMES).get("href") == f"{at}/feed.xml"
    # the ids are the same wherever it is published
    ids = [
        [entry.find("a:id", NAMES).text for entry in entries(feed.feed_xml(told, latest))]
        for latest in (told[0].news, known.news)
    ]
    assert ids[0] == ids[1]
    book = Publication("书", "Book", "作者", "CN-50", at)
    assert book.whole("v/x.html") == f"{at}/v/x.html"
    assert replace(book, address="").whole("v/x.html") == "v/x.html"


def test_an_address_is_one_of_the_web():
    with pytest.raises(DataError, match=r"book\.address“ftp://x”应为站点的网址"):
        publication_of({"title": "书", "book": {"address": "ftp://x"}})


def test_editions_that_are_only_served_stay_in_the_feed(tmp_path, monkeypatch):
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    place = tmp_path / "served"
    for name in ("2026-10", "2026-11"):
        root = tmp_path / name
        made(root, name, "x", place="latest")
        site = root / "_build" / "editions" / "latest" / "site"
        text = json.dumps({"summary": f"news of {name}", "items": []})
        (site / feed.NEWS).write_text(text, encoding="utf-8")
        publish.seal(site.parent)
        publish.release(root, name)
        assert len(entries((root / "_build" / "html" / feed.FEED).read_bytes())) == 1
        served.publish_to(root, place)
    found = entries((place / feed.FEED).read_bytes())
    assert [entry.find("a:summary", NAMES).text for entry in found] == [
        "news of 2026-11",
        "news of 2026-10",
    ]
    assert len(entries((place / "v" / feed.FEED).read_bytes())) == 2
