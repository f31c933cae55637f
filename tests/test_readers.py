"""Whatever is handed to a reader is read as it says, or refused in words: no traceback, no hang.

Fuzzed: the customs CSV, press tables, the data package, briefings, documents under ``verify``.
Metamorphic: known values written in every accepted form come back the same.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import stat
import struct
import time
import tracemalloc
import zipfile
import zlib

import customs_files
import openpyxl
import pytest
import yaml
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from cqbook.citing import briefing, documents
from cqbook.citing.entries import FigureEntry
from cqbook.citing.pictures import is_altered_picture
from cqbook.citing.template import template_of
from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.disk import pdf as pdf_reader
from cqbook.disk import raster, untrusted
from cqbook.disk.text import FAULT_ROUND, decode
from cqbook.errors import DataError
from cqbook.intake import customs_csv, customs_format, press, press_template
from cqbook.intake.customs_format import Said
from cqbook.quantities.printed import read_printed

FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SECONDS, BYTES = 5.0, 1 << 30
#: Processor seconds of the work in `bound` on the machine on which the bounds were set.
PACE = 0.1


def bound() -> float:
    """The bound in processor seconds, here and now: wider where the same work takes longer."""
    start = time.process_time()
    sum(len(str(number)) for number in range(600_000))
    return SECONDS * max(1.0, (time.process_time() - start) / PACE)


@pytest.fixture(scope="module")
def codes(request):
    return customs_format.known_codes(Catalog(ROOT / "data"))


def refused_or_read(reader):
    """Return what a reader gives; None if it refuses in words. All else fails the test."""
    try:
        return reader()
    except DataError as error:
        said = str(error)
    assert " | " in said
    return None


def within_bounds(reader, share=1.0):
    """Read, and see to time and memory (of the whole process: it only grows).

    `share`: what part of the time is allowed, where no more is read.
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    most, start = share * bound(), time.process_time()
    found = refused_or_read(reader)
    assert time.process_time() - start < most
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < BYTES // 1024
    return found


# --- fuzz

CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["202401", "87032341", "502", "10", "50", "1,234", "？", '"', "\x00", "=1", "１"]
    ),
)
LINES = st.lists(st.lists(CELLS, max_size=6), max_size=6)


def joined(header: list[str], lines: list[list[str]], separator: str) -> str:
    return "\n".join(separator.join(cells) for cells in [header, *lines])


@FUZZ
@given(
    st.lists(st.sampled_from([*customs_format.COLUMN_HEADINGS, "x", ""]), max_size=6),
    LINES,
    st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
def test_customs_files(codes, header, lines, separator, encoding):
    content = joined(header, lines, separator).encode(encoding, errors="ignore")
    refused_or_read(
        lambda: customs_csv.read_customs(content, "出口.csv", codes, Said("export", "CN"))
    )
    customs_csv.is_customs_query(content)
    press.is_press_table(content, "x.csv")


@FUZZ
@given(st.binary(max_size=400))
def test_bytes_of_any_kind(codes, content):
    book = Catalog(ROOT / "data")
    for name in ("x.csv", "x.xlsx"):
        refused_or_read(lambda name=name: press.read_press(content, name, book))
    refused_or_read(
        lambda: customs_csv.read_customs(content, "x.csv", codes, Said("export", "CN", "2024"))
    )
    for name in ("x.docx", "x.pptx", "x.svg", "x.png"):
        refused_or_read(lambda name=name: documents.cited(content, name))


PRESS = ["source_id", "locator", "indicator", "entity", "period", "status", "as_printed", "value"]


@FUZZ
@given(st.permutations(PRESS), LINES)
def test_press_tables(header, lines):
    book = Catalog(ROOT / "data")
    content = joined([*header, "unit"], lines, ",").encode("utf-8", errors="ignore")
    refused_or_read(lambda: press.read_press(content, "x.csv", book))


@FUZZ
@given(st.text(alphabet="{}# -fig.a1\n\r\x0b\x00\u2028重", max_size=60))
def test_briefings(text):
    refused_or_read(lambda: briefing.blocks_of_markdown(text))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["version", "resources", "name", "path", "schema", "fields", "type", "constraints"]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)


@FUZZ
@given(JSON)
def test_descriptors(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("d")
    (folder / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    refused_or_read(lambda: check_package(Catalog(folder)))


SHORT = ("district-gdp", "nev-exports-2026")


@FUZZ
@given(st.data())
def test_descriptors_with_one_thing_changed(spoiled, data):
    path = spoiled.path / "datapackage.json"
    whole = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    # of the series, which take a second to check, those of a hundred rows
    whole["resources"] = [
        item for item in whole["resources"] if "observations" not in item or item["name"] in SHORT
    ]
    resource = data.draw(st.sampled_from(whole["resources"]))
    place = data.draw(
        st.sampled_from([resource, resource["schema"], resource["schema"]["fields"][0]])
    )
    place[data.draw(st.sampled_from([*place, "constraints", "listOf"]))] = data.draw(JSON)
    path.write_text(json.dumps(whole), encoding="utf-8")
    refused_or_read(lambda: check_package(Catalog(spoiled.path)))


def with_pattern(spoiled, pattern) -> None:
    """Give the notes of the sources a pattern."""
    path = spoiled.path / "datapackage.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    (table,) = [item for item in whole["resources"] if item["name"] == "sources"]
    (field,) = [item for item in table["schema"]["fields"] if item["name"] == "note"]
    field["constraints"] = {"pattern": pattern}
    path.write_text(json.dumps(whole), encoding="utf-8")


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|a)*b", "(a|aa)+c", "(.*)*x", "(a?){60}a{60}"])
def test_a_pattern_that_backtracks_hangs_no_check(plain, pattern):
    """Python's own matcher is not done with one of these cells in a year."""
    with_pattern(plain, pattern)
    plain.set("sources.csv", 3, "note", f"{'a' * 40}!")
    most, start = bound(), time.process_time()
    with pytest.raises(DataError) as caught:
        check_package(Catalog(plain.path))
    assert time.process_time() - start < most
    assert ("sources.csv", 3, "note") in [
        (breach.file, breach.row, breach.column) for breach in caught.value.breaches
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        *("(", "a**", "(?=a)b", r"(a)\1", "((a{999}){999}){999}", "a" * 3_000_000, r"\pL"),
        *("\ud800", 5, None, []),
    ],
    ids=lambda pattern: ascii(pattern)[:20],
)
def test_a_pattern_that_not_both_can_apply_is_refused(plain, pattern):
    """Both: the check here, and the Frictionless tool, which takes Python's."""
    with_pattern(plain, pattern)
    most, start = bound(), time.process_time()
    with pytest.raises(DataError, match=r"sources\.note.*正则表达式"):
        check_package(Catalog(plain.path))
    assert time.process_time() - start < most


@pytest.mark.parametrize("pattern", [r"\d{4}", "[一-龥]*", "", "a\0b"], ids=repr)
def test_a_pattern_is_matched_whole_and_by_its_letters(plain, pattern):
    with_pattern(plain, pattern)
    cells = {3: "２０２４", 4: "2024x", 5: "x2024"}
    for row, cell in cells.items():
        plain.set("sources.csv", row, "note", cell)
    with pytest.raises(DataError) as caught:
        check_package(Catalog(plain.path))
    rows = {breach.row for breach in caught.value.breaches if breach.column == "note"}
    assert set(cells) <= rows


@pytest.mark.parametrize("way", ["../x.csv", "/etc/passwd", "codelists/../../x.csv", "link.csv"])
def test_tables_lie_inside_the_package(spoiled, tmp_path, way):
    (tmp_path / "x.csv").write_text("a\n", encoding="utf-8")
    (spoiled.path / "link.csv").symlink_to(tmp_path / "x.csv")
    path = spoiled.path / "datapackage.json"
    text = path.read_text(encoding="utf-8").replace('"sources.csv"', f'"{way}"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="之内"):
        check_package(Catalog(spoiled.path))


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2,3\n",
        b"a,b\n1\n",
        b"a,a\n1,2\n",
        b'a,b\n"1,2\n',
        b"",
        b"\xff\xfea",
        b"a,b\n1,2,\n3,4,\n",
    ],
)
def test_no_table_is_read_with_its_cells_moved(spoiled, content):
    """Pandas takes a first column too many for an index, and all values one place further."""
    (spoiled.path / "sources.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"sources\.csv"):
        Catalog(spoiled.path).text("sources")


def test_a_tag_of_yaml_makes_nothing():
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load("a: !!python/object/apply:os.system ['touch fired']")
    for path in (ROOT / "lib").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "yaml.load(" not in text, path
        assert "yaml.unsafe_load" not in text, path


# --- containers


def packed(parts: dict[str, bytes], **facts) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = facts.get("method", zipfile.ZIP_DEFLATED)
            info.external_attr = facts.get("mode", 0) << 16
            made.writestr(info, content)
    return out.getvalue()


def lying(content: bytes, part: str) -> bytes:
    """Return a container that declares 4 bytes of a part, with their checksum, in both places."""
    made = bytearray(packed({part: content}))
    facts = struct.pack("<L4xL", zlib.crc32(content[:4]), 4)
    for at in (14, made.index(b"PK\x01\x02") + 16):
        # between checksum and size stands how much is packed, which is true
        made[at : at + 4], made[at + 8 : at + 12] = facts[:4], facts[8:]
    return bytes(made)


TYPED = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">%s</Types>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
BAD = {
    "bomb": lambda: packed({"word/media/x.bin": b"\0" * (untrusted.UNPACKED + 1)}),
    "much XML": lambda: packed({"word/x.xml": b"<x>" + b" " * untrusted.XML + b"</x>"}),
    "many elements": lambda: packed({"x.xml": b"<x>" + b"<y/>" * untrusted.ELEMENTS + b"</x>"}),
    "deep": lambda: packed({"x.xml": b"<x>" * 300 + b"</x>" * 300}),
    "laughs": lambda: packed({"word/document.xml": LAUGHS}),
    "entity": lambda: packed({"word/document.xml": OUTSIDE}),
    "UTF-16 entity": lambda: packed({"x.xml": OUTSIDE.decode().encode("utf-16")}),
    "DTD": lambda: packed({"x.rels": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x"><x/>'}),
    "broken XML": lambda: packed({"x.xml": b"<x>"}),
    "up": lambda: packed({"../x.xml": b"<x/>"}),
    "absolute": lambda: packed({"/etc/x.xml": b"<x/>"}),
    "drive": lambda: packed({"C:/x.xml": b"<x/>"}),
    "other strokes": lambda: packed({"..\\x.xml": b"<x/>"}),
    "link": lambda: packed({"word/x.xml": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777),
    "method": lambda: packed({"x.xml": b"<x/>"}, method=zipfile.ZIP_LZMA),
    "twice": lambda: packed({"x.xml": b"<x/>", "X.xml": b"<y/>"}),
    "many parts": lambda: packed({f"{n}": b"" for n in range(untrusted.PARTS + 1)}),
    "no ZIP": lambda: b"PK\x03\x04" + b"\0" * 100,
    "merged": lambda: packed({"x.xml": b'<s><mergeCell ref="A1:XFD1048576"/></s>'}),
    "linked": lambda: packed({"x.xml": b'<s><hyperlink ref="A1:XFD1048576"/></s>'}),
    "attributes": lambda: packed(
        {"x.xml": b"<x %s/>" % b" ".join(b'a%d=""' % n for n in range(2000))}
    ),
    "size that lies": lambda: lying(b"<x>" + b" " * 30_000_000 + b"</x>", "word/document.xml"),
    "size of a picture that lies": lambda: lying(
        b"\x89PNG" + b"\0" * 30_000_000, "word/media/x.png"
    ),
    "XML by its type": lambda: packed(
        {
            untrusted.CONTENT_TYPES: TYPED
            % b'<Override PartName="/W.BIN" ContentType="a/b+xml; c=d"/>'
        }
        | {"w.bin": b"no XML"}
    ),
    "XML by the type of its ending": lambda: packed(
        {untrusted.CONTENT_TYPES: TYPED % b'<Default Extension="Bin" ContentType="text/xml"/>'}
        | {"w.bin": b"no XML"}
    ),
    **{
        f"document type in {encoding}, of another name": lambda encoding=encoding, begin=begin: (
            packed({"xl/media/x.png": f"{begin}{LAUGHS.decode()}".encode(encoding)})
        )
        for begin, encoding in [
            *(("\n ", name) for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")),
            ("<?xml version='1.0'?>", "cp037"),
        ]
    },
    "a drawing elsewhere": lambda: packed(
        {
            untrusted.CONTENT_TYPES: TYPED
            % b'<Override PartName="/x.svg" ContentType="image/svg+xml"/>'
        }
        | {"x.svg": LAUGHS}
    ),
    "much XML of another name": lambda: packed(
        {"x.dat": b"<x>" + b"<y/>" * untrusted.ELEMENTS + b"</x>"}
    ),
    "spaces of another name": lambda: packed({"x.dat": b" " * (untrusted.XML + 1)}),
}


@pytest.mark.parametrize("what", BAD)
def test_what_would_not_stay_small_is_refused(what, tmp_path, monkeypatch):
    # what is large is so beside the limits
    for limit, size in {"UNPACKED": 8 << 20, "XML": 1 << 20, "ELEMENTS": 20_000}.items():
        monkeypatch.setattr(untrusted, limit, size)
    content = BAD[what]()
    most, start = bound(), time.process_time()
    with pytest.raises(DataError):
        untrusted.opened(content, "x.docx")
    for reader in (
        lambda: press.read_press(content, "x.xlsx", Catalog(ROOT / "data")),
        lambda: documents.cited(content, "x.docx"),
        lambda: documents.cited(content, "x.pptx"),
    ):
        with pytest.raises(DataError):
            reader()
    template = tmp_path / "t.docx"
    template.write_bytes(content)
    with pytest.raises(DataError):
        template_of(template)
    assert time.process_time() - start < 3 * most


def test_a_part_is_unpacked_no_further_than_it_says():
    """A library that believes the directory unpacks all of it before it cuts: 2 MB took 2.1 GB."""
    content = lying(b"<x>" + b" " * 60_000_000 + b"</x>", "word/document.xml")
    tracemalloc.start()
    with pytest.raises(DataError, match="declared"):
        untrusted.opened(content, "x.docx")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_drawing_in_a_document_may_be_as_programs_write_it():
    typed = TYPED % b'<Default Extension="svg" ContentType="image/svg+xml"/>'
    drawing = b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>'
    untrusted.opened(
        packed({untrusted.CONTENT_TYPES: typed, "word/media/x.svg": drawing}), "x.docx"
    )


@pytest.mark.parametrize(("inside", "said"), [("EncryptedPackage", "密码"), ("Workbook", "旧格式")])
def test_a_workbook_with_a_password_is_named(inside, said):
    content = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + inside.encode("utf-16-le")
    for reader in (
        lambda: press.read_press(content, "x.xlsx", Catalog(ROOT / "data")),
        lambda: documents.cited(content, "x.docx"),
    ):
        with pytest.raises(DataError, match=said):
            reader()


def test_an_intact_document_is_opened():
    content = press_template.template(Catalog(ROOT / "data"))
    assert "xl/workbook.xml" in untrusted.opened(content, "x.xlsx").namelist()


SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
MARK = "fig-a｜版次 1｜数据 0123456789abcdef"


def office(body: str, **others: bytes) -> bytes:
    """Return a Word file of this body, and further parts by the last of their names."""
    parts = {
        "docProps/core.xml": b"<x>cqbook edition=1</x>",
        "word/document.xml": f"<w:x {SPACES}>{body}</w:x>".encode(),
    }
    relations = "".join(
        f'<R Id="{name}" Target="media/{name}.bin"/>' for name in others if name != "rels"
    )
    parts["word/_rels/document.xml.rels"] = f"<Rs>{relations}</Rs>".encode()
    return packed(parts | {f"word/media/{name}.bin": content for name, content in others.items()})


def nested(first: str, last: str, inner: str, depth: int) -> str:
    return first * depth + inner + last * depth


HEADS = "<w:tr><w:tc><w:t>数值</w:t></w:tc></w:tr>"
#: So many marks and texts are looked through again and again in 4 to 40 s; once, in half a second.
MARKS, TEXTS = 11_000, 25_000
#: What was once looked at again and again: each is small, and took minutes. Looked through once,
#: each stays far below two fifths of the bound: a grown process, with more to collect, is slower.
SLOW = {
    "bookmarks without an end": lambda: office(
        "".join(
            f'<w:bookmarkStart w:id="{n}" w:name="cq_{n:020x}"/><w:t>1</w:t>' for n in range(MARKS)
        )
    ),
    "bookmarks around much": lambda: office(
        "<w:p>"
        + "".join(f'<w:bookmarkStart w:id="{n}" w:name="cq_{n:020x}"/>' for n in range(1_500))
        + "<w:p>"
        + "<w:t>1</w:t>" * TEXTS
        + "</w:p></w:p>"
    ),
    "drawings below one element": lambda: office(
        # a picture somewhere else: what is nowhere in a file is not even looked for
        "<a:blip/>"
        + nested("<w:y>", "</w:y>", f'<w:z descr="{MARK}"/>' * MARKS + "<w:t/>" * TEXTS, 5)
    ),
    "one large picture in many drawings": lambda: office(
        f'<w:y><w:z descr="{MARK}"/><a:blip r:embed="p"/></w:y>' * 8_000, p=b"0" * 12_000_000
    ),
    "names of numbers in one box": lambda: office(
        "<w:y><w:y>"
        + "".join(f'<w:z name="数 a.b{n}＝1｜版次 1"/>' for n in range(MARKS))
        + "<a:t>2</a:t>" * TEXTS
        + "</w:y></w:y>"
    ),
    "tables in tables": lambda: office(
        f"<w:p><w:t>{MARK}</w:t></w:p>"
        + nested("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", "<w:t>1</w:t>" * TEXTS, 60)
    ),
    "tables of ours in tables of ours": lambda: office(
        nested(
            f"<w:tbl>{HEADS}<w:tr><w:tc><w:p><w:t>{MARK}</w:t></w:p>",
            "</w:tc></w:tr></w:tbl>",
            "<w:t>1</w:t>" * TEXTS,
            60,
        )
    ),
    "paragraphs in paragraphs": lambda: office(
        nested("<w:p>", "</w:p>", "<w:t>1</w:t>" * TEXTS, 190)
    ),
}


#: Names that documents use. Those that no document had yet, the parser does not even look for, and
#: what is slow after other tests was quick alone.
USED = "".join(f"<a:{tag}/>" for tag in ("xfrm", "off", "ext", "blip", "t", "p", "solidFill"))


@pytest.mark.parametrize("what", SLOW)
def test_a_document_is_not_looked_through_again_and_again(what):
    etree.fromstring(f"<x {SPACES}>{USED}</x>")
    content = SLOW[what]()
    assert len(content) < 10 << 20
    within_bounds(lambda: documents.cited(content, "x.docx"), share=0.4)


def test_a_document_without_core_properties_is_still_asked():
    """They may be left out. Numbers of an edition that nobody names are named, not passed over."""
    body = f'<w:p><w:z descr="{MARK}"/><w:bookmarkStart w:id="1" w:name="cq_{1:020x}"/></w:p>'
    with zipfile.ZipFile(io.BytesIO(office(body))) as parts:
        kept = {name: parts.read(name) for name in parts.namelist() if "core" not in name}
    found = [item for item in documents.cited(packed(kept), "x.docx") if item.kind != "text"]
    assert [(item.kind, item.name, item.edition) for item in found] == [
        ("figure", "fig-a", "1"),
        ("number", f"cq_{1:020x}", ""),
    ]


LARGE = {
    "lines": ("x.csv", b"a\n" * 1_000_000),
    "columns": ("x.csv", b"a," * 1_000_000),
    "a cell": ("x.csv", b"a" * 2_000_000),
    "quotes": ("x.csv", b'"' * 2_000_000),
    "customs": ("x.csv", "数据年月,美元\n".encode() + b"202401,1\n" * 200_000),
    "digits": ("x.csv", "数据年月,美元\n".encode() + b"202401," + b"1" * 100_000),
    "openings": ("x.svg", b"<svg>" + b"<metadata>{</metadata>" * 100_000 + b"</svg>"),
    "marks": (
        "x.docx",
        lambda: packed(
            {
                "docProps/core.xml": b"<x>cqbook edition=1</x>",
                "word/document.xml": b'<x xmlns:w="http://schemas.openxmlformats.org/'
                b'wordprocessingml/2006/main"><w:p><w:t>' + b"fig-" * 500_000 + b"</w:t></w:p></x>",
            }
        ),
    ),
    "numbers": (
        "x.docx",
        lambda: packed(
            {
                "docProps/core.xml": b"<x/>",
                "word/document.xml": b"<x>"
                + b'<y name="'
                + "数 a.b＝".encode() * 170_000
                + b'"/></x>',
            }
        ),
    ),
}


@pytest.mark.parametrize("what", LARGE)
def test_large_files_take_neither_time_nor_memory(what, codes):
    name, content = LARGE[what]
    content = content() if callable(content) else content
    said = Said("export", "CN", "" if what in ("customs", "digits") else "2024")
    if name.endswith(".csv"):
        assert (
            within_bounds(lambda: customs_csv.read_customs(content, name, codes, said), 0.4) is None
        )
        assert (
            within_bounds(lambda: press.read_press(content, name, Catalog(ROOT / "data")), 0.4)
            is None
        )
    else:
        found = within_bounds(lambda: documents.cited(content, name), 0.4) or []
        assert [item for item in found if item.kind != "text"] == []


def test_a_sheet_that_says_it_is_large(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "observations"
    book.active.cell(1_048_576, 16_000, "x")
    path = tmp_path / "x.xlsx"
    book.save(path)
    most, start = bound(), time.process_time()
    with pytest.raises(DataError, match="5000"):
        press.read_press(path.read_bytes(), "x.xlsx", Catalog(ROOT / "data"))
    assert time.process_time() - start < most


def test_pictures_that_unpack_to_more_than_is_compared():
    from PIL import Image

    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    most, start = bound(), time.process_time()
    assert refused_or_read(lambda: documents.cited(out.getvalue(), "x.png")) in ([], None)
    assert is_altered_picture(out.getvalue(), ROOT, FigureEntry.model_construct(files={}))
    assert time.process_time() - start < most


def pictures_of_many_pieces():
    chunk = struct.pack(">L4sL", 0, b"prVt", zlib.crc32(b"prVt"))
    yield "png", b"\x89PNG\r\n\x1a\n" + chunk * 800_000
    yield "jpg", b"\xff\xd8" + b"\xff\xed\x00\x02" * 2_500_000
    yield "jpg", b"\xff\xd8" + b"\0" * 10_000_000
    yield "jpg", b"\xff\xd8" + b"\xff\xda\x00\x02" * 2_000_000


@pytest.mark.parametrize(("form", "content"), [*pictures_of_many_pieces()])
def test_a_picture_of_many_pieces(form, content):
    """Pillow reads each of them in Python, before it says anything of a picture."""
    start = time.process_time()
    with pytest.raises(ValueError, match="pieces"):
        raster.raster(content)
    assert is_altered_picture(content, ROOT, FigureEntry.model_construct(files={}))
    if form == "png":
        with pytest.raises(DataError, match="pieces"):
            documents.cited(content, "x.png")
    assert time.process_time() - start < bound() / 5


def test_what_pillow_sees_of_a_picture_is_what_draws():
    """Tags of Exif may all name the same bytes: 64 kB of them took 350 MB."""
    from PIL import Image, PngImagePlugin

    drawn = Image.effect_noise((40, 30), 50).convert("RGB")
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "x"
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("cqbook", "重庆")
    texts.add_text("other", "x")
    for form, facts in {"PNG": {"pnginfo": texts}, "JPEG": {"comment": b"x"}}.items():
        out = io.BytesIO()
        drawn.save(out, form, exif=exif, **facts)
        made = raster.raster(out.getvalue(), "cqbook")
        wanted = Image.open(io.BytesIO(out.getvalue()))
        assert made.convert("RGB").tobytes() == wanted.convert("RGB").tobytes()
        assert not made.getexif()
        assert not {"exif", "comment", "other"} & set(made.info)
        assert made.info.get("cqbook") == ("重庆" if form == "PNG" else None)


def pdf(*texts: bytes) -> bytes:
    """Return a PDF with a page for each stream of text operators."""
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject, NameObject, StreamObject

    made = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in texts:
        page = made.add_blank_page(600, 800)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = StreamObject()
        stream.set_data(text)
        page[NameObject("/Contents")] = made._add_object(stream.flate_encode())
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def spent() -> float:
    """Return the seconds of a processor of this process and of those that it waited for."""
    sides = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(side) for side in sides]
    return sum(side.ru_utime + side.ru_stime for side in used)


WORD = b"BT /F1 12 Tf 10 700 Td (fig-a) Tj ET\n"
LOOP = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[2 0 R 3 0 R]/Count 9>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/Contents 3 0 R/MediaBox[0 0 9 9]>> endobj
trailer <</Root 1 0 R/Prev 0>>
startxref
0
%%EOF"""
PDFS = {
    "a loop of pages": lambda: LOOP,
    "a page of much text": lambda: pdf(WORD * 400_000),
    "a stream that unpacks to much": lambda: pdf(b" " * 100_000_000),
    "many pages": lambda: pdf(*[WORD] * 1_000),
    "operands without an operator": lambda: pdf(b"[" * 1_000_000),
    "numbers": lambda: pdf(b"1 " * 3_000_000),
    "ten megabytes of nothing": lambda: b"%PDF-1.7\n" + b"1 0 obj\n" * 1_200_000,
}


@pytest.mark.parametrize("what", PDFS)
def test_a_hostile_pdf_takes_no_time(monkeypatch, what):
    """Its memory is limited by the system: `pdf.PDF_BYTES`. Its time too, here by less."""
    monkeypatch.setattr(pdf_reader, "PDF_SECONDS", 1)
    content = PDFS[what]()
    assert len(content) < 12 << 20
    start = spent()
    found = refused_or_read(lambda: documents.cited(content, "x.pdf"))
    assert not found
    # what a start of Python takes beside its limit
    assert spent() - start < 1 + 2


@pytest.mark.parametrize(
    ("reader", "limits"),
    [
        # never done: killed by the system after a second of a processor
        ("while True: pass", {"PDF_SECONDS": 1}),
        # waits for what never comes: ended by the clock
        ("import time; time.sleep(3600)", {"PDF_WAIT": 0.2}),
    ],
)
def test_a_pdf_that_takes_too_long_says_so_and_the_way_out(monkeypatch, reader, limits):
    """Whatever the machine's speed: the reader of this test is never done."""
    monkeypatch.setattr(pdf_reader, "_PDF_READER", reader)
    for name, value in limits.items():
        monkeypatch.setattr(pdf_reader, name, value)
    with pytest.raises(DataError, match=r"秒内读不完.*takes longer") as caught:
        documents.cited(pdf(WORD), "x.pdf")
    assert "import" not in str(caught.value)


@settings(FUZZ, max_examples=12)
@given(st.data())
def test_a_damaged_pdf_is_refused_or_read(data):
    """A whole one of which a piece was lost, doubled or altered: no marks that it did not have."""
    mark = b"BT /F1 12 Tf 10 700 Td (no mark of ours) Tj ET\n"
    content = bytearray(pdf(mark, mark))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        size = data.draw(st.integers(0, 40))
        content[at : at + size] = data.draw(
            st.one_of(st.binary(max_size=8), st.sampled_from([b"<<", b">>", b"9 0 R", b"-1", b"["]))
        )
    assert not refused_or_read(lambda: documents.cited(bytes(content), "x.pdf"))


def test_a_pdf_that_is_none_is_refused():
    for content in (b"", b"%PDF-1.4\n" + b"<<" * 5000, b"\0" * 1000):
        with pytest.raises(DataError, match=r"x\.pdf"):
            documents.cited(content, "x.pdf")


# --- metamorphic: the same values in every form


def forms(text: str) -> list[str]:
    full = text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    return [text, full, f" {text}　", f"\u00a0{text}\t"]


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 10**9),
    st.integers(0, 3),
    st.sampled_from(["亿元", "万辆", "%", "家", "亿美元"]),
    st.sampled_from(["", "约", "超", "增长", "下降"]),
)
def test_a_printed_figure_is_the_same_in_every_form(whole, places, unit, word):
    digits = f"{whole % 10**places:0{places}d}" if places else ""
    tail = f".{digits}" if places else ""
    if word in ("增长", "下降") and unit != "%":
        unit = "%"
    plain, grouped = f"{word}{whole}{tail}{unit}", f"{word}{whole:,}{tail}{unit}"
    known = read_printed(plain)
    assert known.value.lstrip("-") == f"{whole}{tail}"
    for text in [*forms(plain), *forms(grouped), f"{word} {whole}{tail} {unit}"]:
        assert read_printed(text) == known, text


@pytest.mark.parametrize(
    "text",
    [
        "8158.4¹亿元",
        "8158.4①亿元",
        "81²亿元",
        "½亿元",
        "٣亿元",
        "2025 8006.8亿元",
        "8 158.4亿元",
        "8,1584亿元",
        "8.158,4亿元",
        "1e3亿元",
        "0x1F亿元",
        "8158.4亿元8006.8亿元",
        "８１５８\u200b.4亿元",
        "\u202e4.8518亿元",
        "−8158.4−亿元",
        "=8158.4亿元",
        "8158..4亿元",
    ],
)
def test_a_figure_in_no_accepted_form_is_refused(text):
    with pytest.raises(ValueError, match="读不懂"):
        read_printed(text)


@settings(max_examples=40, deadline=None)
@given(
    st.permutations(["month", "commodity", "partner", "regime", "USD"]),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_a_customs_file_is_the_same_in_every_form(
    codes, order, encoding, end, english, grouped, quoted, trailing
):
    rows = [
        {
            "month": "202401",
            "commodity": "01012100",
            "partner": "101",
            "regime": "10",
            "USD": 1234567,
        },
        {"month": "202402", "commodity": "0101", "partner": "502", "regime": "14", "USD": 5},
    ]
    names = customs_files.EN if english else customs_files.ZH
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(out, lineterminator=end, quoting=quoting)
    writer.writerow([*(names[name] for name in order), *([""] if trailing else [])])
    for row in rows:
        cells = row | {"USD": f"{row['USD']:,}" if grouped else row["USD"]}
        writer.writerow([*(cells[name] for name in order), *([""] if trailing else [])])
    content = out.getvalue().encode(encoding)
    found = customs_csv.read_customs(content, "出口.csv", codes, Said(entity="CN-50")).frame
    columns = ["period", "commodity", "partner", "regime", "value"]
    assert found[columns].values.tolist() == [
        ["2024-01", "01012100", "101", "10", 1234567.0],
        ["2024-02", "0101", "502", "14", 5.0],
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("commodity", "０１０１２１００"),
        ("commodity", "1012100"),
        ("month", "2024-13"),
        ("month", "２０２４０１"),
        ("USD", "1234567890123456"),
        ("USD", "1.234,5"),
        ("USD", "1e5"),
        ("USD", "１２"),
        ("USD", "=1+1"),
        ("USD", "-5"),
        ("partner", "1\u200b01"),
        ("regime", "1"),
    ],
)
def test_customs_cells_in_no_accepted_form_are_refused(codes, column, value):
    row = {"month": "202401", "commodity": "01012100", "partner": "101", "regime": "10", "USD": "5"}
    row[column] = value
    lines = [[customs_files.ZH[name] for name in row], list(row.values())]
    content = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode()
    with pytest.raises(DataError, match=r"出口\.csv"):
        customs_csv.read_customs(content, "出口.csv", codes, Said(entity="CN-50"))


def test_utf8_with_a_broken_character_is_not_read_as_another_encoding(codes):
    """As GB18030 the names would be other names."""
    lines = ["Date of data,Commodity code,Commodity,US dollar"]
    lines += [f"202401,010121{n:02d},改良种用马驴骡家禽其他,{n}" for n in range(10, 30)]
    content = "\n".join(lines).encode()
    assert refused_or_read(
        lambda: customs_csv.read_customs(content, "出口.csv", codes, Said(entity="CN"))
    )
    with pytest.raises(DataError, match="UTF-8"):
        customs_csv.read_customs(content + "马".encode()[:2], "出口.csv", codes, Said(entity="CN"))


def test_the_encoding_of_a_long_text_is_told_by_what_stands_around_its_first_fault():
    long = "马" * FAULT_ROUND
    assert decode(long.encode("gb18030"), "x") == (long, "gb18030")
    for head in (long, "a" * 3 * FAULT_ROUND):
        with pytest.raises(DataError, match="UTF-8"):
            decode((head + "改良种用马驴骡" * 9).encode()[:-1], "x")


def observation(**changes) -> dict[str, str]:
    row = {
        "source_id": "cq-test",
        "locator": "¶1",
        "indicator": "trade_value",
        "entity": "CN-50",
        "period": "2024",
        "status": "actual",
        "as_printed": "7154.4亿元",
        "title": "题",
        "outlet": "报",
        "flow": "total",
    }
    return row | changes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("turned", [False, True])
def test_a_press_table_is_the_same_in_every_form(encoding, end, turned):
    book = Catalog(ROOT / "data")
    for text in (*forms("7154.4亿元"), "7,154.4亿元"):
        row = observation(as_printed=text)
        names = list(reversed(row)) if turned else list(row)
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator=end).writerows([names, [row[name] for name in names]])
        found = press.read_press(out.getvalue().encode(encoding), "x.csv", book).observations.iloc[
            0
        ]
        assert (found["value"], found["unit"], found["period"]) == ("7154.4", "100M CNY", "2024")


@pytest.mark.parametrize(
    "lines",
    [
        # a comma that was not quoted: the figure would be 7
        [list(observation()), list(observation(as_printed="7,154.4亿元").values())],
        [[*observation(), "period"], [*observation().values(), "2025"]],
    ],
)
def test_a_press_table_with_a_cell_too_many_is_refused(lines):
    content = "\n".join(",".join(line) for line in lines).encode()
    with pytest.raises(DataError, match=r"x\.csv"):
        press.read_press(content, "x.csv", Catalog(ROOT / "data"))


def test_a_formula_is_refused_also_with_its_result_stored(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "observations"
    row = observation(as_printed="=1+1")
    book.active.append(list(row))
    book.active.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    content = out.getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        contents = {name: parts.read(name) for name in parts.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    contents[sheet] = (
        contents[sheet].replace(b"<v></v>", b"<v>7154.4</v>").replace(b"<v/>", b"<v>7154.4</v>")
    )
    with pytest.raises(DataError, match="公式"):
        press.read_press(packed(contents), "x.xlsx", Catalog(ROOT / "data"))
