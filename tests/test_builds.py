"""Whole builds: two editions and their diff, builds at once, builds killed in the middle; an audit.

One edition is made again, and what was altered in it is found.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout

import nbformat
import pytest
from conftest import ELSEWHERE, ROOT, elsewhere, plain_data, with_bundle
from test_audit import PAGE, checked

from cqbook import cli
from cqbook.build import audit
from cqbook.build.audit import Report
from cqbook.disk.checksums import SUMS, hashes, parse_sums
from cqbook.editions import paths, publish, store

pytestmark = pytest.mark.slow
#: Seconds after which a command hangs; a hundred times what one takes on a machine of its own.
PATIENCE = 900
OF_2022 = ["-p", "trade.period=2022"]
CONTENTS = """format: jb-book
root: chapters/index
parts:
  - caption: 外贸
    chapters:
      - file: chapters/trade
      - file: chapters/place
"""
#: A chapter about a year, and one about a place; what their figures are of is the book's data.
TRADE = [
    """period = "2025"  # the year
area = "CN-50"  # whose trade
data_dir = ""  # where""",
    """import cqbook as cq

book = cq.open_data(data_dir)
cq.check_parameters(
    book,
    period=(period, "observations.period with indicator trade_value, entity $area"),
    area=(area, "observations.entity with indicator trade_value"),
)""",
    """period = str(period)
trade = cq.trade
private = trade.parts(book, area, period, "enterprise").named("民营企业")
cq.glue(when=cq.period_zh(period), total=trade.level(book, area, period))
cq.glue(private=private.level, private_share=private.share)""",
    *(
        f"""cq.figure(
    book,
    "fig-trade-by-{kind}",
    cq.charts.bars(trade.parts(book, area, period, "{kind}").points("level", unit="100M CNY")),
    title="进出口的构成",
    subtitle="亿元；带框的是推算",
    unit="亿元",
    english=("Trade in parts", "CNY bn; outlined is derived."),
)"""
        for kind in ("enterprise", "partner")
    ),
]
TRADE_TEXT = """# 外贸结构

:::{english} Trade
:::

{glue:text}`when`，重庆市进出口总值{glue:text}`total`，民营企业{glue:text}`private`。
"""
PLACE = [
    """district = "500106"  # which
data_dir = ""  # where""",
    """import cqbook as cq

book = cq.open_data(data_dir)
cq.check_parameters(book, district=(district, "districts.adcode"))
district = str(district)
key = cq.district.page_key(district, "")
cq.glue(name=book.name(district))""",
    """cq.figure(
    book,
    f"fig-place-{key}",
    cq.charts.bars(cq.points([(name, cq.exact(1, "items")) for name in "甲乙丙"], unit="items")),
    title="三个区县",
    subtitle="个",
    unit="区县",
    english=("Three districts", "A bar each."),
)""",
]


def write_chapter(root, name, text, sources):
    cells = [nbformat.v4.new_markdown_cell(text)]
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    cells[1].metadata["tags"] = ["parameters"]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), root / "chapters" / f"{name}.ipynb")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book of two chapters, its outputs accepted."""
    root = tmp_path_factory.mktemp("book")
    for name in ("_config.yml", "requirements.txt"):
        shutil.copy(ROOT / name, root)
    plain_data(root / "data")
    (root / "_toc.yml").write_text(CONTENTS, encoding="utf-8")
    (root / "chapters").mkdir()
    (root / "chapters" / "index.md").write_text(
        "# 概览\n\n:::{english} Overview\n:::\n\n两章的书。\n", encoding="utf-8"
    )
    write_chapter(root, "trade", TRADE_TEXT, TRADE)
    write_chapter(
        root, "place", "# {glue:text}`name`\n\n:::{english} A place\n:::\n\n一处。\n", PLACE
    )
    with_bundle(root / "_build" / "cache")
    said(root, "accept")
    return root


def start(root, *words):
    kept = {key: text for key, text in os.environ.items() if key != paths.HOME_VARIABLE}
    return subprocess.Popen(
        [sys.executable, "-m", "cqbook.cli", "--root", str(root), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=kept,
    )


def run(root, *words):
    """Run a command in this process; return its code and what it says."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.delenv(paths.HOME_VARIABLE, raising=False)
        found = cli.main(["--root", str(root), *words])
    return found, out.getvalue(), err.getvalue()


def said(root, *words, code=0):
    """Run a command in this process; return what it says."""
    found, out, err = run(root, *words)
    assert found == code, f"{out}{err}"
    return err if code else out


def page(root, *parts):
    return root.joinpath("_build", "html", *parts).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def two_editions(book):
    """The default edition and one for 2022 from the same chapters, built at once; one released."""
    other = start(book, "build", "--edition", "2022", *OF_2022)
    said(book, "build")
    _, err = other.communicate(timeout=PATIENCE)
    assert other.returncode == 0, err
    said(book, "release")
    return book


def test_an_edition_for_another_year_from_the_same_chapters(two_editions):
    root = two_editions
    old, new = (
        page(root, *place, "chapters", "trade.html") for place in (("v", "2022"), ("latest",))
    )
    assert "2022年，重庆市进出口总值" in text_of(old)
    assert "2025年，重庆市进出口总值" in text_of(new)
    assert "版次 2022" in old
    frozen = page(root, "v", "2026-11", "chapters", "trade.html")
    # but for the permalinks, which lead from the latest page to the frozen one
    assert new.replace("../../v/2026-11/chapters/trade.html#", "#") == frozen
    manifest = json.loads(page(root, "v", "2022", "manifest.json"))
    assert manifest["pages"]["trade"]["parameters"]["period"] == "2022"
    assert manifest["pages"]["place"]["parameters"] == {"district": "500106"}
    assert manifest["given"] == {"trade": {"period": "2022"}}
    assert manifest["figures"]["trade"]["fig-trade-by-enterprise"]["sources"]


def text_of(html):
    return re.sub(r"<[^>]+>", "", html)


def test_their_difference_is_told(two_editions):
    lines = said(two_editions, "diff", "2022", "latest").splitlines()
    assert "参数 trade.period：2022 → 2025" in lines
    assert "数 trade total：8158.4亿元 → 8006.8亿元" in lines
    assert any(line.startswith("图 trade fig-trade-by-enterprise：变动") for line in lines)
    assert "    民营企业：3741.1亿元 → 3841.9亿元" in lines
    assert not any(line.startswith("观测值") for line in lines), "the same data"
    assert said(two_editions, "diff", "2026-11", "latest").strip().endswith("no difference")


def test_a_manifest_says_nothing_of_this_machine(two_editions):
    for place in (("latest",), ("v", "2022")):
        text = page(two_editions, *place, "manifest.json")
        assert str(two_editions) not in text
        assert str(ROOT) not in text
    for path in (two_editions / "_build" / "editions" / "2022" / "notebooks").iterdir():
        assert str(two_editions) not in path.read_text(encoding="utf-8")


def test_the_released_edition_stays_as_it_was(two_editions):
    folder = two_editions / "editions" / "2026-11"
    tree = store.tree_digest(folder)
    assert store.release_of(folder).tree == tree
    err = said(two_editions, "build", "--edition", "2026-11", *OF_2022, code=1)
    assert "已经发布" in err
    assert store.tree_digest(folder) == tree


def test_two_builds_at_once_did_no_harm(two_editions):
    for name in ("latest", "2022"):
        edition = two_editions / "_build" / "editions" / name
        assert parse_sums((edition / SUMS).read_text(encoding="utf-8")) == hashes(edition, (SUMS,))
    assert [path.name for path in (two_editions / "_build" / "run").iterdir()] == [".cqbook-lock"]


#: Of the edition that is audited.
PICTURE = "site/_figures/fig-trade-by-enterprise.png"


@pytest.fixture(scope="module")
def again(two_editions, tmp_path_factory):
    """The edition for 2022, made again by the audit: by another user, elsewhere, on another day."""
    folder = tmp_path_factory.mktemp("另一处 audit")
    report, real = Report(), audit._run

    def run_elsewhere(words, place, variables):
        ways = f"{variables['PYTHONPATH']}{os.pathsep}{ELSEWHERE}"
        return real(words, place, variables | there | {"PYTHONPATH": ways})

    with (
        elsewhere(folder / "home") as there,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(audit, "_run", run_elsewhere)
        made = paths.built_folder(two_editions) / "2022"
        with audit.remade(two_editions, made, folder / "again", report, print) as path:
            assert report.good
            return path


@pytest.fixture
def edition(two_editions, tmp_path):
    """A copy of the edition for 2022 that a test may spoil."""
    return shutil.copytree(paths.built_folder(two_editions) / "2022", tmp_path / "2022")


def compared(edition, again):
    report = Report()
    audit.compare(edition, again, report)
    return report


def test_what_nobody_altered_is_reproduced_whole(edition, again):
    report = checked(edition)
    assert report.good
    audit.compare(edition, again, report)
    text = "\n".join(report.lines)
    assert report.good, text
    for words in ("笔记本 | notebooks：2/2", "numbers in the text：5/5", "figures：3/3"):
        assert words in text
    files = len(hashes(edition, (SUMS, f"site/{SUMS}")))
    counts = [line.split("：")[1].split(" ")[0] for line in report.lines if "逐字节" in line]
    assert sum(int(item.split("/")[0]) for item in counts) == files
    assert (again / SUMS).read_bytes() == (edition / SUMS).read_bytes()


@pytest.mark.parametrize("place", [PAGE, PICTURE, "data/observations.csv", "notebooks/trade.ipynb"])
def test_a_changed_file_is_found_also_when_the_sums_were_made_to_fit(edition, again, place):
    with (edition / place).open("ab") as file:
        file.write(b" ")
    report = checked(edition)
    assert not report.good
    assert f"  {place}" in report.lines
    publish.seal(edition)
    assert checked(edition).good, "the forger wrote new sums"
    report = compared(edition, again)
    assert not report.good
    assert f"  {place}" in report.lines


def test_a_file_that_is_gone_and_one_that_is_new(edition, again):
    (edition / PICTURE).unlink()
    (edition / "site" / "new.html").write_text("new", encoding="utf-8")
    text = "\n".join(checked(edition).lines)
    assert f"missing（1）\n  {PICTURE}" in text
    assert "added（1）\n  site/new.html" in text
    publish.seal(edition)
    assert checked(edition).good
    report = compared(edition, again)
    assert f"  {PICTURE}（只在重新生成的中 | only when made again）" in report.lines
    assert "  site/new.html（只在版次中 | only in the edition）" in report.lines


@pytest.mark.parametrize("stage", ["1/5", "2/5", "4/5"])
def test_a_build_killed_in_the_middle_leaves_the_last_good_site(two_editions, stage):
    root = two_editions
    before = store.tree_digest(root / "_build" / "html")
    released = store.tree_digest(root / "editions" / "2026-11")
    # with its note, a build of what stands already would do nothing
    (root / "_build" / "cache" / "built.json").unlink(missing_ok=True)
    process = start(root, "build")
    assert any(f"] {stage} " in line for line in process.stdout)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL
    assert store.tree_digest(root / "_build" / "html") == before
    assert store.tree_digest(root / "editions" / "2026-11") == released


def test_after_all_that_the_next_build_works_and_cleans_up(two_editions):
    root = two_editions
    before = store.tree_digest(root / "_build" / "html")
    assert "5/5" in said(root, "build"), "it was built, not found as it was"
    assert store.tree_digest(root / "_build" / "html") == before
    left = {path.name for path in (root / "_build").iterdir()}
    assert left == {".cqbook-lock", "cache", "editions", "html", "run"}
    assert [path.name for path in (root / "_build" / "run").iterdir()] == [".cqbook-lock"]


def test_one_chapter_to_a_page(two_editions):
    out = said(two_editions, "run", "trade", "-p", "period=2020-01/2020-09")
    assert "trade.html" in out
    folder = "trade_period=2020-01~2020-09"
    made = two_editions / "_build" / "pages" / folder / "chapters" / "trade.html"
    assert folder in out
    assert "4613.9亿元" in made.read_text(encoding="utf-8")


def test_many_pages_from_a_table_two_of_them_failing(two_editions, tmp_path):
    """A page whose notebook fails is told with its traceback and kept, one whose prose has a hole
    with the name that it asks for; the others are made.
    """
    root = two_editions
    bad = "1 / 0 if district == '500102' else None"
    hole = "if district != '500101':\n    cq.glue(sometimes=book.name(district))"
    text = "# {glue:text}`name`\n\n:::{english} A place\n:::\n\n一处，{glue:text}`sometimes`。\n"
    write_chapter(root, "failing", text, [*PLACE, bad, hole])
    table = tmp_path / "some.csv"
    rows = {"one": "500106", "two": "500102", "three": "500231", "four": "500101"}
    lines = [f"{name},failing,{district}\n" for name, district in rows.items()]
    table.write_text("page,notebook,district\n" + "".join(lines), encoding="utf-8")
    try:
        code, out, err = run(root, "pages", str(table))
    finally:
        (root / "chapters" / "failing.ipynb").unlink()
    assert code == 1
    assert "ZeroDivisionError" in err
    assert "four：" in err
    assert "{glue:text}`sometimes`" in err
    assert "2页已生成" in out
    assert "2页失败" in out
    assert "ZeroDivisionError" in (root / "_build" / "failed" / "two.ipynb").read_text("utf-8")
    made = root / "_build" / "pages" / "some" / "chapters"
    assert {path.name for path in made.glob("*.html")} >= {"one.html", "three.html"}
    assert not {path.name for path in made.iterdir()} & {"two.html", "four.html"}


BRIEF = """# 月报

{{ trade.when }}，进出口总值{{ trade.total }}，
民营企业{{ trade.private }}，占{{ trade.private_share }}。

{{ fig-trade-by-enterprise }}

{{ fig-trade-by-partner }}

{{ fig-place-500106 }}
"""


def correct(root, old, value):
    """Correct one figure of the book, as its source would."""
    import csv

    path = root / "data" / "observations.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    at = {column: place for place, column in enumerate(rows[0])}
    new = list(next(row for row in rows if row[0] == old))
    new[0], new[at["value"]], new[at["supersedes"]] = f"{old}-r2", value, old
    new[at["as_printed"]], new[at["edition_added"]] = f"{value}亿元", "2026-12"
    with path.open("a", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerow(new)
    package = root / "data" / "datapackage.json"
    package.write_text(package.read_text("utf-8").replace('"2026.11"', '"2026.12"'), "utf-8")


ADDRESS = "https://example.org/book"


@pytest.fixture(scope="module")
def corrected(two_editions):
    """One figure corrected, the address of the book known: the next edition. Ids of its figures."""
    root = two_editions
    figures = json.loads(page(root, "latest", "figures.json"))["figures"]
    observed = [
        row["observation_id"]
        for item in figures
        if item["id"] == "fig-trade-by-enterprise"
        for row in item["rows"]
        if row["label"] == "民营企业"
    ]
    correct(root, observed[0], "3941.9")
    config = root / "_config.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("\nhtml:\n", f"\nhtml:\n  baseurl: {ADDRESS}\n"), "utf-8")
    said(root, "accept")
    said(root, "build")
    return root


@pytest.mark.parametrize("form", ["docx", "pptx"])
def test_from_an_edition_to_a_briefing_and_back(corrected, tmp_path, form):
    """A briefing of 2026-11, one figure corrected in 2026-12: exactly what changed is named."""
    root = corrected
    source, made = tmp_path / "brief.md", str(tmp_path / f"brief.{form}")
    source.write_text(BRIEF, encoding="utf-8")
    said(root, "brief", str(source), "-o", made, "--edition", "2026-11")
    said(root, "verify", made, "--against", "2026-11")
    with redirect_stdout(io.StringIO()) as out:
        assert cli.main(["--root", str(root), "verify", made, "--json"]) == 1
    found = {item["name"]: item for item in json.loads(out.getvalue())}
    revised = {name for name, item in found.items() if item["verdict"] == "已修订"}
    # the share is printed by the source, and did not change
    assert revised == {"fig-trade-by-enterprise", "trade.private"}
    detail = found["fig-trade-by-enterprise"]["detail"]
    assert "民营企业：3841.9亿元 → 3941.9亿元" in detail
    assert "更正" in detail
    standing = {name for name, item in found.items() if item["verdict"] == "仍然成立"}
    assert standing == set(found) - revised
    assert "fig-trade-by-partner" in standing


def test_the_page_of_the_old_edition_tells_it_too(corrected):
    known = json.loads(page(corrected, "editions.js").split("=", 1)[1].rstrip(";\n"))
    old = page(corrected, "v", "2026-11", "chapters", "trade.html")
    shown = re.search(r'data-figure="fig-trade-by-enterprise"[^>]*data-hash="(\w+)"', old)[1]
    assert known["figures"]["fig-trade-by-enterprise"] != shown
    same = re.search(r'data-figure="fig-trade-by-partner"[^>]*data-hash="(\w+)"', old)[1]
    assert known["figures"]["fig-trade-by-partner"] == same


def test_where_the_address_is_known_there_are_cards_and_a_site_map(corrected):
    from PIL import Image

    site = corrected / "_build" / "html" / "latest"
    text = page(corrected, "latest", "chapters", "trade.html")
    assert f'<link rel="canonical" href="{ADDRESS}/chapters/trade.html">' in text
    first = re.search(r'data-figure="([^"]+)"', text)[1]
    assert f'<meta property="og:image" content="{ADDRESS}/_cards/{first}.png">' in text
    own = page(corrected, "latest", "figures", "fig-trade-by-enterprise.html")
    assert f'<link rel="canonical" href="{ADDRESS}/figures/fig-trade-by-enterprise.html">' in own
    for name in (first, "fig-trade-by-enterprise"):
        assert Image.open(site / "_cards" / f"{name}.png").size == (1200, 630)
    assert "_cards/fig-trade-by-enterprise.png" in own
    assert "没有登记网址" in own, "an address of pages is none of editions"
    assert "<iframe" not in own.replace("&lt;", "<"), "a frame would find nothing"
    listed = (site / "sitemap.xml").read_text(encoding="utf-8")
    assert f"<loc>{ADDRESS}/chapters/trade.html</loc>" in listed
    assert f"<loc>{ADDRESS}/figures/fig-trade-by-enterprise.html</loc>" in listed
    before = page(corrected, "v", "2026-11", "chapters", "trade.html")
    assert "og:description" in before
    assert "og:image" not in before, "no card without an address"
