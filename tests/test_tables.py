"""Tables of the book: taken away, cited, put into documents, asked again, brought up to date."""

from __future__ import annotations

import copy
import csv
import io
import json
import zipfile
from dataclasses import replace

import docx
import jsonschema
import openpyxl
import pandas as pd
import pptx
import pytest
from conftest import ROOT
from docx.oxml.ns import qn
from test_brief import edition
from test_exports import BOOK, exhibit

import cqbook as cq
from cqbook import cli
from cqbook.changes.records import ObservationChanges, Revision
from cqbook.citing import book_tables, briefing, powerpoint, update, verify
from cqbook.citing.entries import table_entry_of
from cqbook.citing.word import to_docx
from cqbook.editions import paths, store
from cqbook.errors import DataError
from cqbook.figures import drawing, formats
from cqbook.figures.citations import citations
from cqbook.figures.exhibit import Exhibit
from cqbook.figures.figure import table_identity
from cqbook.site.metadata import SCHEMA, described_table
from cqbook.site.phone_tables import PhoneColumn, become_cards, whole_lines

OLD, NEW = "2026-11", "2026-12"
ROWS = [
    ("进出口总值", "8158.4亿元", "增长2%", "西部地区第2位", "17"),
    ("民营企业", "3741.15亿元", "增长7.1%", "占45.9%，对增长的贡献率156%", "8"),
    ("外商投资企业", "3823亿元", "基本持平", "占46.9%", "-3.5"),
    ("美国", "1134.8亿元", "", "", "2"),
]
COLUMNS = {"label": "项目", "level": "数值", "yoy": "同比", "share": "占比等", "count": "条数"}
NAME, GOES_ON = "tab-test-article", "tab-test-long"
LONG = [(f"第{n}项", f"{n}.5亿元", "", "很长的一段话，" * (n % 4), "1") for n in range(30)]
LONGER = [*LONG[:20], ("新的一项", "7.5亿元", "", "", "1"), *LONG[20:-1]]


def tabled(rows=ROWS, edition=OLD, name=NAME, **facts):
    """A table of the book, as an edition has it."""
    book = cq.open_data(ROOT / "data")
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).assign(source_id=SOURCE)
    said = {
        "title": TITLE,
        "subtitle": "2022年",
        "note": NOTE,
    } | facts
    made = cq.table(book, name, frame, columns=COLUMNS, **said)
    return Exhibit(table_identity(made), {}, "chapters/trade", edition, BOOK)


TITLE, OTHER = "报道写出的数字", "报道写出的另一些数字"
NOTE = "没有写占什么的，占总值"
SOURCE = "os-20260126-163-com"
TEXT = f"""# 月报

总值{{{{ trade.total }}}}。

## 数

{{{{ {NAME} }}}}

另有一段自己的话。

| 自己的 | 表 |
| --- | ---: |
| 一 | 1.5 |
| 二 | 22 |
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    made = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(paths.HOME_VARIABLE, raising=False)
        long = tabled(LONG, name=GOES_ON, title=OTHER)
        edition(made, OLD, [], {"total": "8006.8亿元"}, tables=[tabled(), long])
        rows = [list(row) for row in ROWS]
        rows[1][1] = "3900.5亿元"
        rows[3:] = [("东盟", "1266.3亿元", "", "", "4")]
        later = tabled(rows, NEW, title="报道写出的各项数字")
        long = tabled(LONGER, NEW, GOES_ON, title=OTHER)
        edition(made, NEW, [], {"total": "8006.8亿元"}, tables=[later, long])
        edition(made, "2026-10", [], {"total": "8006.8亿元"})
        # as editions of before had it
        path = store.find(made, "2026-10") / "site" / "figures.json"
        path.write_text('{"edition": "2026-10", "figures": []}', encoding="utf-8")
    return made


@pytest.fixture
def root(built, monkeypatch):
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    return built


@pytest.fixture(scope="module")
def made(built):
    blocks = briefing.blocks_of_markdown(TEXT)
    folder = built / "_build" / "editions" / OLD
    return {
        "docx": to_docx(blocks, folder),
        "pptx": powerpoint.to_pptx(blocks, folder),
    }


def asked(root, content, form="docx", against=OLD):
    return {
        item.kind: item
        for item in verify.verify(root, content, f"x.{form}", against)
        if item.kind != "number"
    }


# --- taken away


def test_files_say_what_they_are_and_are_the_same_twice():
    shown = tabled()
    assert drawing.forms(shown) == ("csv", "xlsx", "json", *formats.COMPANIONS)
    files = {form: formats.to_format(shown, form) for form in drawing.forms(shown)}
    assert files == {form: formats.to_format(shown, form) for form in files}
    lines = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))
    assert lines[0] == list(COLUMNS.values())
    # as printed, and a number that is below zero is no formula
    assert lines[3] == ["外商投资企业", "3823亿元", "基本持平", "占46.9%", "-3.5"]
    described = json.loads(files["csv-metadata.json"])
    kinds = [item["datatype"] for item in described["tableSchema"]["columns"]]
    assert (described["url"], kinds) == (f"{NAME}.csv", [*["string"] * 4, "number"])
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))["数据"]
    assert [cell.value for cell in sheet[4]] == [*lines[3][:4], -3.5]
    assert sheet["E4"].number_format.endswith("0.0")
    facts = json.loads(files["json"])
    assert (facts["id"], facts["data"]) == (NAME, shown.data_hash)
    assert facts["rows"][1] == dict(zip(COLUMNS, ROWS[1], strict=True))
    whole = formats.all_in_one(shown, {f"{NAME}.csv": files["csv"]})
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        said = json.loads(archive.read(f"{NAME}/{formats.ALL_IN_ONE_METADATA}"))
    assert "unit" not in said
    assert said["files"].keys() == {f"{NAME}.csv"}


def test_one_derived_cell_makes_it_partly_derived():
    assert tabled().identity.status == "reported"
    assert (
        tabled([*ROWS[:3], ("美国", "1134.8亿元（推算）", "", "", "2")]).identity.status == "mixed"
    )


def test_a_formula_in_a_cell_stays_text():
    rows = [("=1+1", *ROWS[0][1:]), *ROWS[1:]]
    text = formats.to_format(tabled(rows), "csv").decode("utf-8-sig")
    assert "'=1+1," in text


def test_it_is_cited_as_a_table():
    found = citations(tabled())
    assert f"；表：《{BOOK.title}》，版次 {OLD}，{NAME}。" in found["line"]
    assert f"[Table {NAME}]" in found["apa"]
    assert "[Table" in citations(replace(tabled(), language="en"))["apa"]
    many = tabled()
    sources = tuple(replace(many.identity.sources[0], label=f"报{n}") for n in range(9))
    many = replace(many, identity=replace(many.identity, sources=sources))
    assert many.source == "数据来源：报0；报1；报2；报3；报4；报5等9个来源"
    none = replace(many, identity=replace(many.identity, sources=(), caption=""))
    assert none.source == "数据来源：本书"


def test_an_edition_tells_of_it_as_its_schema_says():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    content = {"edition": OLD, "figures": [], "tables": [described_table(tabled(), {})]}
    jsonschema.validate(content, schema)
    content["tables"][0]["rows"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, schema)


def test_cite_prints_it(root, capsys, monkeypatch):
    monkeypatch.chdir(root)
    (root / "_config.yml").touch()
    (root / "_toc.yml").touch()
    assert cli.main(["cite", NAME, "--edition", OLD]) == 0
    assert "报道写出的数字（2022年）\n\n数据来源：" in capsys.readouterr().out
    assert cli.main(["cite", "tab-test-articel", "--edition", OLD]) == 1
    assert f"没有表 tab-test-articel；相近的：{NAME}" in capsys.readouterr().err
    # an edition of before tables were listed has none
    assert cli.main(["cite", NAME, "--edition", "2026-10"]) == 1


# --- in documents


def in_word(change):
    """An edit of the document's XML."""
    return _saved(docx.Document, lambda opened: change(opened.element.body))


def on_slides(change):
    def edit(deck):
        for slide in deck.slides:
            change(slide._element)

    return _saved(pptx.Presentation, edit)


def _saved(opened, change):
    def edit(content):
        made, out = opened(io.BytesIO(content)), io.BytesIO()
        change(made)
        made.save(out)
        return out.getvalue()

    return edit


def test_in_word_with_caption_lines_note_and_source(made, root):
    document = docx.Document(io.BytesIO(made["docx"]))
    table = document.tables[0]
    assert [cell.text for cell in table.rows[0].cells] == list(COLUMNS.values())
    assert [cell.text for cell in table.rows[4].cells] == ["美国", "1134.8亿元", "—", "—", "2"]
    texts = [paragraph.text for paragraph in document.paragraphs]
    # a caption's number is a field, which python-docx does not read
    assert texts.index("表　报道写出的数字") < texts.index("注：没有写占什么的，占总值。")
    assert texts[texts.index("注：没有写占什么的，占总值。") + 1].startswith("数据来源：")
    assert NAME in document.core_properties.keywords
    assert to_docx(briefing.blocks_of_markdown(TEXT), store.find(root, OLD)) == made["docx"]


def test_numbers_stand_below_one_another_at_the_decimal_point(made):
    document = docx.Document(io.BytesIO(made["docx"]))

    def stops(table, column):
        cells = [row.cells[column].paragraphs[0] for row in table.rows]
        return [
            [(stop.alignment.name, stop.position) for stop in cell.paragraph_format.tab_stops]
            for cell in cells
        ]

    # of the headings none; numbers with one, two and no decimals at one place
    head, *numbers = stops(document.tables[0], 1)
    assert head == []
    assert len(numbers[0]) == 1
    assert numbers[0][0][0] == "DECIMAL"
    assert all(item == numbers[0] for item in numbers)
    assert not any(stops(document.tables[0], 2))
    own = stops(document.tables[1], 1)
    assert own[1] == own[2] != []


def test_same_decimals_stand_flush_right(built):
    rows = [(name, f"{number}.5亿元", "", "", "1") for name, number in (("甲", 1), ("乙", 22))]
    item = table_of_rows(built, rows)
    assert book_tables.column_aligns(item)[1] == "right"


def table_of_rows(built, rows):
    old = table_entry_of(built / "_build" / "editions" / OLD, NAME)
    return old.model_copy(update={"rows": tuple(rows)})


def test_on_slides_as_many_as_its_rows_take(made, root):
    deck = pptx.Presentation(io.BytesIO(made["pptx"]))
    frames = [shape for slide in deck.slides for shape in slide.shapes if shape.has_table]
    assert [frame.name.partition("｜")[0] for frame in frames][:1] == [NAME]
    folder = store.find(root, OLD)
    content = powerpoint.to_pptx(briefing.blocks_of_figures([GOES_ON]), folder)
    assert powerpoint.to_pptx(briefing.blocks_of_figures([GOES_ON]), folder) == content
    deck = pptx.Presentation(io.BytesIO(content))
    frames = [shape for slide in deck.slides for shape in slide.shapes if shape.has_table]
    counts = [len(frame.table.rows) - 1 for frame in frames]
    # about equally full, and none over the edge
    assert len(counts) > 1
    assert sum(counts) == len(LONG)
    assert max(counts) - min(counts) <= 3
    assert all(frame.top + frame.height < deck.slide_height for frame in frames)
    # one table, and one thing asked
    found = [item for item in verify.verify(root, content, "x.pptx", OLD) if item.kind == "table"]
    assert [(item.verdict, item.detail) for item in found] == [(verify.STANDS, OTHER)]


@pytest.mark.parametrize("form", ["docx", "pptx"])
def test_it_stands_and_is_revised_by_a_newer_edition(made, root, form, monkeypatch):
    found = asked(root, made[form], form)
    assert {item.verdict for item in found.values()} == {verify.STANDS}
    assert found["table"].name == NAME
    row = Revision(
        "何物", "3741.15亿元（reported）", "3900.5亿元（reported）", "甲报", "海关",
        "a", "b", ("a", "b"), "更正",
    )  # fmt: skip
    monkeypatch.setattr(verify, "compare_observations", lambda *_: ObservationChanges((row,)))
    found = asked(root, made[form], form, NEW)
    assert found["table"].detail.endswith("原因：更正（海关）")
    assert found["table"].verdict == verify.REVISED
    assert "民营企业·数值：3741.15亿元 → 3900.5亿元" in found["table"].detail
    assert "美国：有 → 无" in found["table"].detail
    assert "东盟：无 → 有" in found["table"].detail
    assert asked(root, made[form], form, "2026-10")["table"].detail == "最新版次没有这张表"


def edited(change):
    """An edit of the table in Word."""

    def edit(tree):
        change(next(tree.iter(qn("w:tbl"))))

    return in_word(edit)


def text_of(cell):
    return next(cell.iter(qn("w:t")))


def cells(table):
    return [list(row.iter(qn("w:tc"))) for row in table.iter(qn("w:tr"))]


def exchange(table):
    rows = cells(table)
    one, two = text_of(rows[1][1]), text_of(rows[2][1])
    one.text, two.text = two.text, one.text


def drop_column(place):
    def edit(table):
        for row in cells(table):
            row[place].getparent().remove(row[place])

    return edit


def drop_row(table):
    rows = list(table.iter(qn("w:tr")))
    table.remove(rows[2])


def repeat_row(table):
    rows = list(table.iter(qn("w:tr")))
    rows[2].addnext(copy.deepcopy(rows[2]))


def set_text(row, column, text):
    def edit(table):
        text_of(cells(table)[row][column]).text = text

    return edit


def no_description(tree):
    for node in list(tree.iter(qn("w:tblDescription"))):
        node.getparent().remove(node)


def no_mark(tree):
    no_description(tree)
    for node in list(tree.iter(qn("w:bookmarkStart"))):
        if node.get(qn("w:name")).startswith("cqt_"):
            node.getparent().remove(node)


def no_mark_and(change):
    def edit(tree):
        no_mark(tree)
        change(next(tree.iter(qn("w:tbl"))))

    return in_word(edit)


def no_table(tree):
    found = next(tree.iter(qn("w:tbl")))
    found.getparent().remove(found)


def paragraph(old, new):
    def edit(tree):
        for node in tree.iter(qn("w:t")):
            node.text = (node.text or "").replace(old, new)

    return in_word(edit)


def beside(text, behind=True):
    """A paragraph of one's own right at the table."""

    def edit(tree):
        found = next(tree.iter(qn("w:tbl")))
        made = found.makeelement(qn("w:p"), {})
        run = made.makeelement(qn("w:r"), {})
        run.append(made.makeelement(qn("w:t"), {}))
        run[0].text = text
        made.append(run)
        (found.addnext if behind else found.addprevious)(made)

    return in_word(edit)


def add_row(*texts):
    def edit(table):
        rows = list(table.iter(qn("w:tr")))
        rows[-1].addnext(copy.deepcopy(rows[-1]))
        for cell, text in zip(cells(table)[-1], texts, strict=True):
            text_of(cell).text = text

    return edited(edit)


def other_copy(tree):
    """Below the table a copy under other headings, and without a mark."""
    found = next(tree.iter(qn("w:tbl")))
    other = copy.deepcopy(found)
    no_mark(other)
    set_text(0, 1, "金额")(other)
    tree.append(other)


ALTERED = {
    "a unit above it": beside("单位：万元", behind=False),
    "a unit below it": beside("（单位：万条）"),
    "another money": beside("以上均为美元值。"),
    "another money, in a note": beside("注：表中数据按美元计价。"),
    "an own row": add_row("加工贸易", "3823亿元", "—", "—", "2"),
    "a number": edited(set_text(1, 1, "8185.4亿元")),
    "a unit": edited(set_text(1, 1, "8158.4万元")),
    "a word": edited(set_text(3, 2, "下降")),
    "a cell filled": edited(set_text(4, 2, "增长3%")),
    "a cell emptied": edited(set_text(2, 2, "")),
    "a name": edited(set_text(2, 0, "国有企业")),
    "two numbers exchanged": edited(exchange),
    "a row repeated": edited(repeat_row),
    "a number, no description": in_word(
        lambda tree: (no_description(tree), set_text(1, 1, "1")(next(tree.iter(qn("w:tbl")))))
    ),
    "a number, no mark": no_mark_and(set_text(1, 1, "8185.4亿元")),
}
LOST = {
    "a copy under other headings": in_word(other_copy),
    "another year": beside("上表为2021年数。"),
    "a heading renamed": edited(set_text(0, 1, "金额")),
    "the first column gone": edited(drop_column(0)),
    "all rows gone": edited(
        lambda table: [table.remove(row) for row in list(table.iter(qn("w:tr")))[1:]]
    ),
    "the table gone": in_word(no_table),
    "a heading renamed, no mark": no_mark_and(set_text(0, 1, "金额")),
}
SAME = {
    "its own unit": beside("单位：亿元", behind=False),
    "words of one's own": beside("上表中，民营企业增长最快。"),
    "a row left out": edited(drop_row),
    "a column left out": edited(drop_column(3)),
    "a dash for a dash": edited(set_text(4, 2, "-")),
    "no dash": edited(set_text(4, 2, "")),
    "full width, separators": edited(set_text(1, 1, "８,１５８.４亿元")),
    "no description": in_word(no_description),
    "no mark": in_word(no_mark),
}


@pytest.mark.parametrize("edit", ALTERED.values(), ids=ALTERED)
def test_what_was_altered_is_told(root, made, edit):
    found = asked(root, edit(made["docx"]))["table"]
    assert (found.name, found.verdict) == (NAME, verify.ALTERED)


@pytest.mark.parametrize("edit", LOST.values(), ids=LOST)
def test_what_can_not_be_compared_is_listed(root, made, edit):
    found = asked(root, edit(made["docx"]))
    assert verify.LOST in {item.verdict for item in found.values() if item.name == NAME}


@pytest.mark.parametrize("edit", SAME.values(), ids=SAME)
def test_what_says_the_same_stands(root, made, edit):
    found = asked(root, edit(made["docx"]))
    assert found["table"].name == NAME
    assert {item.verdict for item in found.values()} == {verify.STANDS}


def test_how_much_of_it_stands_there_is_told(root, made):
    found = asked(root, SAME["a row left out"](made["docx"]))["table"]
    assert found.detail == "报道写出的数字（文中3行5列，书中4行5列）"
    found = asked(root, ALTERED["a number"](made["docx"]))["table"]
    assert found.detail == "“进出口总值”一行的数值为“8185.4亿元”，该版次为“8158.4亿元”"


def test_title_note_and_source_are_the_books(root, made):
    for old, new in (
        ("报道写出的数字", "报道写出的全部数字"),
        ("占什么的，占总值", "占什么的，占出口"),
        ("2026-01-26", "2026-01-27"),
    ):
        found = asked(root, paragraph(old, new)(made["docx"]))
        assert (found["text"].name, found["text"].verdict) == (NAME, verify.ALTERED)
        assert verify.kind_zh("text", NAME) == "表的文字"


def test_on_slides_cells_are_compared_too(root, made):
    def edit(tree):
        for node in tree.iter("{*}t"):
            node.text = (node.text or "").replace("3823亿元", "3283亿元")

    found = asked(root, on_slides(edit)(made["pptx"]), "pptx")["table"]
    assert found.verdict == verify.ALTERED

    def no_table(tree):
        for node in list(tree.iter("{*}tbl")):
            node.getparent().remove(node)

    found = asked(root, on_slides(no_table)(made["pptx"]), "pptx")["table"]
    assert found.verdict == verify.LOST


def test_a_table_in_a_sentence_is_refused():
    with pytest.raises(DataError, match="第1行：图、表应独占一行"):
        briefing.blocks_of_markdown(f"见 {{{{ {NAME} }}}} 。")


def test_rows_are_known_by_what_tells_them_apart(built):
    one = table_of_rows(built, [("甲", "子", "1"), ("甲", "丑", "2")])
    one = one.model_copy(update={"columns": ("一", "二", "三")})
    two = one.model_copy(update={"rows": (("甲", "子", "3"), ("甲", "丑", "3"))})
    assert [list(rows) for rows in book_tables.named_rows(one, two)] == [["子", "丑"]] * 2
    both = one.model_copy(
        update={"rows": (("甲", "子", "1"), ("乙", "子", "1"), ("甲", "丑", "1"))}
    )
    assert list(book_tables.named_rows(both)[0]) == ["甲·子", "乙·子", "甲·丑"]


# --- brought up to date


@pytest.fixture
def newer(root, monkeypatch):
    """The book, whose data say why a number is another."""
    row = Revision(
        "何物", "3741.15亿元", "3900.5亿元", "甲报", "海关", "a", "b", ("a", "b"), "更正"
    )
    monkeypatch.setattr(verify, "compare_observations", lambda *_: ObservationChanges((row,)))
    return root


@pytest.mark.parametrize("form", ["docx", "pptx"])
def test_a_document_is_brought_to_a_newer_edition(newer, made, form):
    done = update.updated(newer, made[form], f"x.{form}", NEW)
    assert (done.left, done.turned, done.gone) == ((), (), ())
    assert {item.verdict for item in asked(newer, done.content, form, NEW).values()} == {"仍然成立"}
    told = [f"{item.name} {item.old} → {item.new}" for item in done.replaced]
    assert f"{NAME} {OLD} → {NEW}" in told
    assert f"{NAME} 民营企业：3741.15亿元 → 3900.5亿元" in told
    assert f"{NAME} 无 → 东盟，1266.3亿元，—，—，4" in told
    lines = list(update.report_lines(done, f".{form}", done.left))
    assert any(line.startswith(f"已更新　表 {NAME}：{OLD}") for line in lines)
    # twice changes nothing, and the same input gives the same bytes
    assert update.updated(newer, made[form], f"x.{form}", NEW).content == done.content
    assert update.updated(newer, done.content, f"x.{form}", NEW).content == done.content


def test_in_word_cells_and_rows_are_tracked_with_the_reason(newer, made):
    done = update.updated(newer, made["docx"], "x.docx", NEW)
    document = docx.Document(io.BytesIO(done.content))
    table = document.tables[0]._tbl
    inserted = [text.text for node in table.iter(qn("w:ins")) for text in node.iter(qn("w:t"))]
    assert inserted == ["3900.5亿元", "东盟", "1266.3亿元", "—", "—", "4"]
    rows = list(table.iter(qn("w:tr")))
    assert [bool(row.xpath("./w:trPr/w:del")) for row in rows] == [False] * 3 + [False, False, True]
    with zipfile.ZipFile(io.BytesIO(done.content)) as archive:
        remarks = archive.read("word/comments.xml").decode("utf-8")
    assert "3741.15亿元 → 3900.5亿元。原因：何物更正（甲报 → 海关）" in remarks
    texts = "".join(node.text or "" for node in document.element.body.iter(qn("w:t")))
    # the caption, the list of sources
    assert "报道写出的各项数字" in texts
    assert f"版次 {NEW}. {NAME}" in texts


def test_what_somebody_left_out_stays_out(newer, made):
    content = SAME["a column left out"](SAME["a row left out"](made["docx"]))
    done = update.updated(newer, content, "x.docx", NEW)
    assert done.left == ()
    found = asked(newer, done.content, "docx", NEW)["table"]
    assert found.verdict == verify.STANDS
    assert found.detail.endswith("（文中3行4列，书中4行5列）")


def test_what_somebody_altered_is_left_as_it_was(newer, made):
    for edit in (ALTERED["a number"], LOST["a heading renamed"]):
        done = update.updated(newer, edit(made["docx"]), "x.docx", NEW)
        assert [item.name for item in done.left if item.kind == "table"] == [NAME]
        body = docx.Document(io.BytesIO(done.content)).element.body
        texts = "".join(node.text or "" for node in body.iter(qn("w:t")))
        # the caption and the source line stay with it
        assert "报道写出的各项数字" not in texts


def test_a_table_that_goes_on_is_one(newer):
    folder = store.find(newer, OLD)
    content = powerpoint.to_pptx(briefing.blocks_of_figures([GOES_ON]), folder)
    done = update.updated(newer, content, "x.pptx", NEW)
    assert done.left == ()
    deck = pptx.Presentation(io.BytesIO(done.content))
    grids = [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]
    names = [row.cells[0].text for grid in grids for row in list(grid.rows)[1:]]
    assert names == [row[0] for row in LONGER]


def test_captions_of_two_tables_exchanged(root):
    folder = store.find(root, OLD)
    blocks = briefing.blocks_of_markdown(f"# 月报\n\n{{{{ {NAME} }}}}\n\n{{{{ {GOES_ON} }}}}\n")
    content = to_docx(blocks, folder)
    assert {item.verdict for item in verify.verify(root, content, "x.docx", OLD)} == {"仍然成立"}

    def change(body):
        for node in body.iter(qn("w:t")):
            one, two = TITLE, OTHER
            if (node.text or "").strip("　") in (one, two):
                node.text = f"　{two if one in node.text else one}"

    found = verify.verify(root, in_word(change)(content), "x.docx", OLD)
    altered = [item.name for item in found if item.verdict == verify.ALTERED]
    assert altered == [NAME, GOES_ON]


def test_a_column_that_asks_for_little_does_not_fold():
    assert briefing.column_widths([10, 30], 80) == [20, 60]
    few, numbers, ranges, long = briefing.column_widths([22, 8, 14, 60], 42)
    assert numbers == 8
    assert few + numbers + ranges + long == pytest.approx(42)
    # long texts take most, and leave no tower beside them
    assert 6 < ranges < few < long < 20
    assert briefing.column_widths([50, 50], 20) == [10, 10]


def test_what_is_said_of_a_figure_is_not_said_of_the_table_right_below_it(tmp_path, monkeypatch):
    """The source line of the one and the caption of the other have nothing between them."""
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    # another source than the table's
    shown, later = exhibit(2), exhibit(1)
    edition(tmp_path, OLD, [shown, later], {}, tables=[tabled()])
    told = "\n\n".join(f"{{{{ {name} }}}}" for name in (shown.id, NAME, later.id))
    blocks = briefing.blocks_of_markdown(f"# 月报\n\n{told}\n")
    content = to_docx(blocks, store.find(tmp_path, OLD))
    assert {item.verdict for item in verify.verify(tmp_path, content, "x.docx", OLD)} == {
        verify.STANDS
    }

    def remark(tree):
        source = next(p for p in tree.iter(qn("w:p")) if "数据来源" in "".join(p.itertext()))
        made = source.makeelement(qn("w:p"), {})
        run = made.makeelement(qn("w:r"), {})
        run.append(made.makeelement(qn("w:t"), {}))
        run[0].text = "注：上图按美元计价。"
        made.append(run)
        source.addnext(made)

    found = verify.verify(tmp_path, in_word(remark)(content), "x.docx", OLD)
    altered = {(item.kind, item.name) for item in found if item.verdict != verify.STANDS}
    assert altered == {("text", shown.id)}


def test_only_numbers_of_one_unit_are_set_flush_right(book):
    rows = pd.DataFrame(
        {
            "year": ["2022年", "2023年", "2024年"],
            "money": ["1726亿元", "", "约204.4亿元（推算）"],
            "share": ["27%—43%", "看不出", "3.43%以下"],
            "mixed": ["36.9万辆", "137家", "9.5%"],
        }
    ).assign(source_id=SOURCE)
    columns = {name: name for name in ("year", "money", "share", "mixed")}
    made = cq.table(book, "tab-x", rows, columns=columns, title="表")
    assert made.numeric == ("money", "share")


def test_on_a_phone_only_texts_that_do_not_fit_become_cards():
    def cards(*cells, numbers=()):
        return become_cards(
            [PhoneColumn("项目", [cell], place in numbers) for place, cell in enumerate(cells)]
        )

    numbers = ["14.5%（推算）"] * 5
    assert not cards("笔记本电脑", *numbers, numbers=range(1, 6))
    # what is compared stays side by side however wide it is
    assert not cards("笔记本电脑", *numbers * 2, numbers=range(1, 11))
    assert not cards("赛力斯凤凰智慧工厂", "赛力斯", "整车", "已投产")
    assert cards("2023年一季度中国汽车出口", "107万辆", "前一处是没有出处的汇编" * 6)
    # a word is not broken, nor a number from its unit
    assert cards("电" * 20, "manufacturing-headquarters", "manufacturing-headquarters")
    assert cards("a firm in the city", "of CNY 999.999 trillion", "of CNY 999.999 trillion")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("5.62亿元—5.68亿元", ["5.62亿元—", "5.68亿元"]),
        ("−CNY 9.37 bn to −CNY 8.78 bn", ["−CNY 9.37 bn ", "to −CNY 8.78 bn"]),
        ("CNY 522.255–522.265 bn", ["CNY 522.255–", "522.265 bn"]),
        ("about CNY 41.9 bn (derived)", ["about ", "CNY 41.9 bn ", "(derived)"]),
        ("about 3.2 m vehicles", ["about 3.2 m ", "vehicles"]),
        ("2019年1—9月", ["2019年", "1—9月"]),
    ],
)
def test_a_line_of_a_number_ends_where_no_number_loses_its_unit(text, lines):
    assert whole_lines(text) == lines
