"""Corrections: which are said, how large they are, and that none slips into an edition unsaid."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import pytest
from docutils.utils import new_document
from test_comparison import corrected

from cqbook import cli
from cqbook.changes import errata
from cqbook.data.catalog import Catalog
from cqbook.editions import paths, publish, store
from cqbook.errors import DataError
from cqbook.site import directives, nodes

HEADER = ("erratum", "observation_id", "what_zh", "kind", "old_zh", "new_zh", "wrong_zh")
HEADER += ("exhibits", "edition_from", "edition_to")
TOTAL, RATE = "trade-2022.total", "auto-export-2023.liangjiang-auto-trade-yoy"


def said(plain, **cells):
    row = dict.fromkeys(HEADER, "") | {
        "erratum": "e-1", "kind": "entry", "wrong_zh": "把六看成了五",
        "edition_from": "2026-11", "edition_to": "2026-12",
    } | cells  # fmt: skip
    rows = plain.rows("errata.csv")
    assert tuple(rows[0]) == HEADER
    plain.write("errata.csv", [*rows, [row[name] for name in HEADER]])


def test_a_correction_by_the_source_is_listed_with_its_size(plain):
    corrected(plain, TOTAL, "8258.4")
    book = Catalog(plain.path)
    (row,) = errata.corrections_table(book).to_dict("records")
    assert row["old"] == "8158.4亿元"
    assert row["new"] == "8258.4亿元（相差1.2%）", "100 of 8158.4"
    assert row["wrong"].startswith("来源更正：")
    assert row["editions"] == "自2026-11，至2026-12更正"
    assert row["rests"] == "trade-2022.total-corrected"
    assert "中国" in row["what"] or "重庆" in row["what"]
    assert errata.counts_in_words(book)["listed"] == "1处"


def test_a_correction_below_the_limit_is_only_counted(plain):
    corrected(plain, TOTAL, "8208.4")
    book = Catalog(plain.path)
    assert errata.corrections_table(book).empty, "50 of 8158.4 is 0.6 %"
    assert len(errata.corrections(book)) == 1
    assert errata.counts_in_words(book)["listed"] == "没有"
    assert errata.counts_in_words(book)["below"] == "另有1处低于此限，见“修订”"


@pytest.mark.parametrize(
    ("value", "shown"), [("53.90", []), ("54.00", ["54.00%（相差1.0个百分点）"])]
)
def test_rates_are_compared_in_points(plain, value, shown):
    """53 % to 53.9 % is 1.7 % of the rate, and 0.9 points."""
    corrected(plain, RATE, value, source="auto-export-2023", name="liangjiang-corrected")
    assert errata.corrections_table(Catalog(plain.path))["new"].tolist() == shown


def test_what_was_wrong_can_be_said_of_a_source_too(plain):
    corrected(plain, TOTAL, "8258.4")
    said(plain, observation_id="trade-2022.total-corrected", kind="source", wrong_zh="年报重核")
    (row,) = errata.corrections_table(Catalog(plain.path)).to_dict("records")
    assert row["wrong"] == "来源更正：年报重核"


def test_the_books_own_errors_stand_beside_those_of_the_sources(plain):
    said(plain, observation_id=TOTAL, old_zh="8158.4亿元", new_zh="8168.4亿元")
    said(plain, erratum="e-2", what_zh="集中度", kind="method", old_zh="1200", new_zh="1300",
         exhibits="fig-trade-composition", edition_to="2027-01")  # fmt: skip
    said(plain, erratum="e-3", what_zh="某厂产能", kind="withdrawn", old_zh="10万辆",
         observation_id="gone.capacity")  # fmt: skip
    rows = errata.corrections_table(Catalog(plain.path)).to_dict("records")
    assert [row["wrong"].split("：")[0] for row in rows] == [
        "本书算法有误",
        "本书抄录有误",
        "撤下",
    ], "newest first"
    assert [row["rests"] for row in rows] == ["fig-trade-composition", TOTAL, "gone.capacity"]
    assert rows[2]["new"] == "撤下"
    assert rows[1]["what"].endswith("水平") or "进出口" in rows[1]["what"]


def edited(plain, key, column, value):
    return plain.set(
        "observations.csv", plain.find("observations.csv", "observation_id", key), column, value
    )


@pytest.fixture
def old(tmp_path, plain):
    shutil.copytree(plain.path, tmp_path / "old")
    return Catalog(tmp_path / "old")


@pytest.mark.parametrize(
    ("column", "value", "seen"),
    [
        ("value", "8300.0", True),
        ("value", "8158.5", False),
        ("unit", "100M USD", True),
        ("status", "plan", True),
        ("note", "read again", False),
    ],
)
def test_a_figure_edited_in_place_must_be_declared(old, plain, column, value, seen):
    edited(plain, TOTAL, column, value)
    assert bool(errata.undeclared(old, Catalog(plain.path))) == seen
    said(plain, observation_id=TOTAL)
    assert errata.undeclared(old, Catalog(plain.path)) == []


def test_a_figure_that_is_gone_must_be_declared(old, plain):
    rows = plain.rows("observations.csv")
    at = plain.find("observations.csv", "observation_id", TOTAL)
    plain.write("observations.csv", rows[:at] + rows[at + 1 :])
    with pytest.raises(DataError, match=r"trade-2022\.total：8158.4亿元 → 撤下"):
        errata.declare(old, Catalog(plain.path))
    said(plain, observation_id=TOTAL, kind="withdrawn", what_zh="进出口总值")
    errata.declare(old, Catalog(plain.path))


def test_new_figures_and_corrections_need_no_erratum(old, plain):
    corrected(plain, TOTAL, "8258.4")
    assert errata.undeclared(old, Catalog(plain.path)) == []


def built(root, name, data):
    folder = root / "_build" / f"making-{name}"
    (folder / "site").mkdir(parents=True)
    (folder / "site" / "index.html").write_text(name, encoding="utf-8")
    manifest = {"edition": name, "given": {}, "pages": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    shutil.copytree(data, folder / "data")
    publish.keep(root, folder, "latest")
    shutil.rmtree(folder, ignore_errors=True)


def test_an_edition_with_an_error_mended_in_silence_is_not_released(
    tmp_path, plain, monkeypatch, capsys
):
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    root = tmp_path / "book"
    (root / "data").mkdir(parents=True)
    built(root, "2026-11", plain.path)
    assert cli.main(["--root", str(root), "release", "2026-11"]) == 0
    edited(plain, TOTAL, "value", "8300.0")
    built(root, "2026-12", plain.path)
    assert cli.main(["--root", str(root), "release", "2026-12"]) == 1
    told = capsys.readouterr().err
    assert "trade-2022.total：8158.4亿元 → 8300.0亿元" in told
    assert "errata.csv" in told
    assert not store.is_released(root, "2026-12")
    said(plain, observation_id=TOTAL)
    built(root, "2026-12", plain.path)
    assert cli.main(["--root", str(root), "release", "2026-12"]) == 0


def test_an_erratum_leads_to_the_figures_that_draw_its_figure():
    drawn = {"id": "fig-x", "title": "图<甲>", "observations": [TOTAL], "sources": []}
    drawn["english"] = {"title": "Fig <A>", "caption": ""}
    listing = {"keys": ["what", "rests"], "rows": [["a", TOTAL], ["b", "fig-x"], ["c", "no"]]}
    env = SimpleNamespace(
        toctree_includes={"index": ["trade"]},
        toc_fignumbers={"trade": {"figure": {"fig-x": (3,)}}},
        cqbook_exhibits={
            "index": [],
            "trade": [nodes.ChartFigure(ids=["fig-x"], meta=drawn, drawn=True)],
        },
    )
    app = SimpleNamespace(
        env=env,
        config=SimpleNamespace(root_doc="index", numfig_format={"figure": "图 %s"}),
        builder=SimpleNamespace(get_relative_uri=lambda _, page: f"{page}.html"),
    )
    page = new_document("errata")
    page += nodes.DataTable(meta=listing)
    directives.fill_rests(app, page, "errata")
    links = page[0]["meta"]["links"]
    link = (
        '<a href="trade.html#fig-x" title="图&lt;甲&gt;" data-en-title="Fig &lt;A&gt;">'
        "<span data-zh>图 3</span><span data-en>Figure 3</span></a>"
    )
    cells = [nodes._cell("", "rests", row[1], links, {}) for row in listing["rows"]]
    assert cells == [link, link, "<span data-zh>没有图用它</span><span data-en>no figure</span>"]
