"""Parameters are read from the notebook, typed, and checked before a kernel starts."""

from __future__ import annotations

import json
import keyword
import shutil
import tempfile

import customs_files as files
import nbformat
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from papermill.translators import papermill_translators

from cqbook import cli
from cqbook.build import pages
from cqbook.build.chapter_lint import notebook_faults
from cqbook.data.allowed import check_parameters
from cqbook.data.catalog import Catalog
from cqbook.data.codes import nearest
from cqbook.editions import store
from cqbook.errors import DataError, ParameterError
from cqbook.execution import kernels, parameters
from cqbook.execution.executor import execute
from cqbook.execution.notebooks import nearest_page, notebooks
from cqbook.execution.page import ExecutionError, Page
from cqbook.execution.parameters import checked, read_parameters
from cqbook.intake import customs_batch, customs_csv, customs_format

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


def notebook(source, tag="parameters", check=""):
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["tags"] = [tag]
    rest = [nbformat.v4.new_code_cell(f"cq.check_parameters(book, {check})")] if check else []
    return nbformat.v4.new_notebook(cells=[cell, *rest])


OF_TRADE = {
    "period": "observations.period with indicator trade_value, entity $area",
    "area": "observations.entity with indicator trade_value",
}
TYPED = read_parameters(
    notebook(
        'period = "2025"  # a year\n'
        'area = "CN-50"  # whose\n'
        "rate = 4.35  # percent\n"
        "count = 3\n"
        "strict = False\n"
        'data_dir = ""  # where\n',
        check=", ".join(f'{name}=({name}, "{rule}")' for name, rule in OF_TRADE.items()),
    )
)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_says_what_its_parameters_are(path, book):
    items = read_parameters(nbformat.read(path, as_version=4))
    assert items
    defaults = {item.name: item.default for item in items}
    for item in items:
        assert item.comment
        if item.allowed and item.default:
            assert item.default in item.allowed.values(book, defaults)


def test_the_cell_gives_names_types_and_meanings():
    assert [(item.name, item.kind) for item in TYPED] == [
        ("period", str),
        ("area", str),
        ("rate", float),
        ("count", int),
        ("strict", bool),
        ("data_dir", str),
    ]
    assert TYPED[0].comment == "a year"
    assert TYPED[0].allowed.filters == {"indicator": "trade_value", "entity": "$area"}
    assert read_parameters(notebook("x = 1", tag="other")) == []


def test_a_computed_parameter_is_refused():
    with pytest.raises(ParameterError, match="第2行"):
        read_parameters(notebook("a = 1\nb = a + 1"))


def test_text_from_the_command_line_takes_the_type_of_the_default(book):
    given = {"period": "2022", "rate": "5", "count": "7", "strict": "true"}
    assert checked("trade", TYPED, given, book) == {
        "period": "2022",
        "rate": 5.0,
        "count": 7,
        "strict": True,
    }
    assert checked("trade", TYPED, {"period": 2022}, book) == {"period": "2022"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"perod": "2022"}, ["perod", "是不是 period", "did you mean period"]),
        ({"xyz": "2022"}, ["xyz", "period、area、rate"]),
        ({"rate": "much"}, ["trade.rate=much", "数", "4.35", "expected float"]),
        ({"count": "2.5"}, ["trade.count=2.5", "整数"]),
        ({"count": "many"}, ["trade.count=many", "整数"]),
        ({"strict": "yes"}, ["trade.strict=yes", "true"]),
        ({"rate": "9" * 400}, ["trade.rate=9", "4.35"]),
        ({"period": "2015"}, ["trade.period=2015", "2014", "2016", "2025"]),
        ({"area": "CN-99"}, ["trade.area=CN-99", "CN-50"]),
        ({"area": "500231"}, ["trade.period=2025", "没有另给 period，用的是默认值"]),
        ({"data_dir": "x"}, ["--data"]),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(book, given, words):
    with pytest.raises(ParameterError) as caught:
        checked("trade", TYPED, given, book)
    for word in words:
        assert word in str(caught.value)


def test_valid_values_depend_on_the_other_parameters(book):
    period = TYPED[0]
    assert "2022" in period.allowed.values(book, {"area": "CN-50"})
    few = period.allowed.values(book, {"area": "500231"})
    assert few
    assert "2022" not in few
    with pytest.raises(ParameterError, match=r"trade\.period=2022"):
        checked("trade", TYPED, {"area": "500231", "period": "2022"}, book)


def test_years_are_those_that_the_periods_touch(book):
    rule = "observations.year with entity 500106, or nothing"
    (item,) = read_parameters(notebook('year = ""  # one year', check=f'year=(year, "{rule}")'))
    years = item.allowed.values(book, {})
    assert "2023" in years
    assert all(len(year) == 4 for year in years)
    assert checked("district", [item], {"year": ""}, book) == {"year": ""}
    with pytest.raises(ParameterError, match=r"district\.year=1999"):
        checked("district", [item], {"year": "1999"}, book)


def test_the_nearest_word_is_near():
    assert nearest("trad", ["trade", "parks"]) == "trade"
    assert nearest("qqq", ["trade", "parks"]) == ""


# --- the chapter checks them itself, whoever runs it

DETAIL = {"period": "customs.year with entity $area", "area": "customs.entity"}
DETAIL |= {"flow": "vocabulary.direction"}


@pytest.mark.parametrize(
    ("rules", "name", "value", "words"),
    [
        (
            OF_TRADE,
            "area",
            "重庆市",
            ["area=重庆市", "是不是 CN-50（重庆市）", "did you mean CN-50"],
        ),
        (OF_TRADE, "area", "重庆", ["是不是 CN-50（重庆市）"]),
        (OF_TRADE, "area", "Chongqing", ["CN-50（Chongqing）"]),
        (OF_TRADE, "area", 500000, ["area=500000", "CN-50（500000）"]),
        (OF_TRADE, "area", "cn-50", ["是不是 CN-50"]),
        (OF_TRADE, "area", "", ["area=：", "CN-50"]),
        (OF_TRADE, "area", None, ["area=None"]),
        (OF_TRADE, "period", 2030, ["period=2030", "entity $area", "2025"]),
        (OF_TRADE, "period", "2022年", ["did you mean 2022?"]),
        (OF_TRADE, "period", "２０２２", ["是不是 2022？"]),
        (OF_TRADE, "period", "2019年前三季度", ["是不是 2019-01/2019-09？"]),
        (OF_TRADE, "period", "2016年1-4月", ["是不是 2016-01/2016-04？"]),
        (OF_TRADE, "period", "2024Q1", ["2024-Q1没有这里要的数", "no such figures of 2024-Q1"]),
        (OF_TRADE, "area", "江津", ["500116（江津区）没有这里要的数"]),
        ({"district": "districts.adcode"}, "district", "沙坪坝", ["500106（沙坪坝区）"]),
        ({"district": "districts.adcode"}, "district", "重庆市沙坪坝区", ["500106（沙坪坝区）"]),
        (DETAIL, "flow", "sideways", ["flow=sideways", "export import"]),
        (DETAIL, "flow", "出口", ["是不是 export（出口）"]),
        (DETAIL, "area", "重庆市", ["是不是 CN-50（重庆市）"]),
    ],
)
def test_a_chapter_refuses_what_the_data_do_not_hold(book, rules, name, value, words):
    defaults = {"period": "2025", "area": "CN-50", "district": "500106", "flow": "export"}
    values = {key: defaults[key] for key in rules}
    check_parameters(book, **{key: (values[key], rule) for key, rule in rules.items()})
    values[name] = value
    with pytest.raises(ParameterError) as caught:
        check_parameters(book, **{key: (values[key], rule) for key, rule in rules.items()})
    assert str(caught.value).startswith("参数 ")
    assert " | parameter " in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_of_two_years_none_is_meant_for_the_other(book):
    with pytest.raises(ParameterError) as caught:
        check_parameters(book, period=("2030", OF_TRADE["period"].replace("$area", "CN-50")))
    assert "是不是" not in str(caught.value)


def test_customs_detail_is_held_to_the_files_that_were_taken_in(spoiled):
    nothing = Catalog(spoiled.path)
    check_parameters(nothing, period=("2030", DETAIL["period"]), area=("CN-51", DETAIL["area"]))
    path = files.write(spoiled.path, "出口.csv", files.rows(count=5, ticked=files.ALL))
    export = customs_csv.read_file(path, customs_format.known_codes(nothing))
    customs_batch.write_batch(nothing.detail, customs_batch.plan_batch(nothing.detail, [export]))
    book = Catalog(spoiled.path)
    check_parameters(book, period=("2024", DETAIL["period"]), area=("CN-50", DETAIL["area"]))
    for period, area in (("2030", "CN-50"), ("2024", "CN-51")):
        with pytest.raises(ParameterError, match="parameter"):
            check_parameters(book, period=(period, DETAIL["period"]), area=(area, DETAIL["area"]))


def test_only_the_rows_of_the_value_count_as_read(spoiled):
    """One figure of another year must not execute a chapter again."""
    book = Catalog(spoiled.path)
    given = {"period": "2025", "area": "CN-50"}
    check_parameters(book, **{key: (given[key], rule) for key, rule in OF_TRADE.items()})
    rows = [query for query in book.queries.values() if query.table == "observations"]
    asked = {"indicator": ("trade_value",), "entity": ("CN-50",), "": ()}
    assert [dict(query.filters) for query in rows] == [asked | {"period": ("2025",)}, asked]
    # and can be asked again
    again = Catalog(spoiled.path)
    assert [again.again(query) for query in rows] == rows


@pytest.mark.parametrize(
    "check",
    [
        'period=("2025", "observations.period")',
        'period=(area, "observations.period")',
        "period=period",
        "period=(period, rule)",
        'period=(period, "observations")',
        'period=(period, "observations.period with entity")',
        'period=(period, "vocabulary.colour")',
    ],
)
def test_a_check_of_another_form_is_refused(check):
    with pytest.raises(ParameterError, match="expected"):
        read_parameters(notebook('period = "2025"', check=check))


def test_a_text_that_nothing_checks_is_a_fault():
    made = notebook('period = "2025"\ndata_dir = ""')
    (fault,) = notebook_faults("chapters/x.ipynb", made)
    assert "cq.check_parameters(book, period=(period," in str(fault)
    rule = OF_TRADE["area"]
    made = notebook('area = "CN-50"\ndata_dir = ""', check=f'area=(area, "{rule}")')
    assert not list(notebook_faults("chapters/x.ipynb", made))


@pytest.mark.slow
def test_papermill_stops_where_a_chapter_cannot_be_about_it(tmp_path):
    with pytest.raises(ExecutionError, match="period=2030"):
        execute(
            ROOT / "chapters" / "trade.ipynb",
            Page("trade", "trade", {"period": 2030}),
            data=ROOT / "data",
            failed=tmp_path,
        )
    done = nbformat.read(tmp_path / "trade.ipynb", as_version=4)
    cells = [cell for cell in done.cells if cell.cell_type == "code" and cell.execution_count]
    # parameters, what was given, the check
    assert len(cells) == 3


@pytest.mark.parametrize(
    "words",
    [
        ["run", "trade", "-p", "period=2024", "-p", "period=2025"],
        ["build", "-p", "trade.area=CN-50", "-p", "trade.area=CN-50"],
    ],
)
def test_a_parameter_given_twice_is_refused(words, capsys, monkeypatch):
    monkeypatch.setattr("cqbook.build.uptodate.standing", lambda *_: None)
    assert cli.main(["--root", str(ROOT), *words]) == 1
    assert "给了两次" in capsys.readouterr().err


# --- parameters can't become code

NASTY = [
    "'",
    '"',
    "'''\"\"\"",
    "\n",
    "\r\n\t\x0b\x00\x1b",
    "\\",
    "\\'\\\"\\n\\u0041",
    "{period} {0.__class__} {{}}",
    "%s %(x)s %%",
    "__import__('os').system('touch fired')",
    "0101",
    "１２３",
    "2024.10",
    "nan",
    "null",
    "true",
    '"; import os; x = "',
    "# 重庆 𠮷 \u202e\u2028",
    " x ",
    "",
]


@pytest.mark.parametrize(
    "name", ["x=1;print(1)\nx", "x y", "X", "1x", "x.y", "x\n", "x[0]", "é", "", "*a", "x:int"]
)
def test_a_name_that_is_none_reaches_no_cell(name, book):
    with pytest.raises(ParameterError):
        parameters.sound({name: 1})
    with pytest.raises(ParameterError):
        checked("trade", TYPED, {name: "1"}, book)


@pytest.mark.parametrize(
    "value",
    [
        (1, 2),
        {"a": 1},
        {1},
        b"x",
        1j,
        float("nan"),
        float("inf"),
        "\ud800",
        [("x",)],
        [float("nan")],
    ],
)
def test_a_value_that_is_none_reaches_no_cell(value):
    with pytest.raises(ParameterError):
        parameters.sound({"x": value})


@pytest.mark.parametrize(
    "source",
    [
        "X = 1",
        "é = 1",
        "x = (1, 2)",
        "x = {'a': 1}",
        "x = None",
        "x = b'1'",
        "x = [b'1']",
        "x = [(1,)]",
        "x = 1e999",
        "x, y = 1, 2",
        "x: int = 1",
        "import os",
        "x = (",
        "x = '\\ud800'",
        "x = " + "[" * 300 + "]" * 300,
        "\x00",
        "x = 1 +",
    ],
)
def test_a_cell_that_is_more_than_names_and_values_is_refused(source):
    with pytest.raises(ParameterError):
        read_parameters(notebook(source))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("count", "0101"),
        ("count", "１２３"),
        ("count", "1_000"),
        ("count", "+1"),
        ("count", " 1"),
        ("count", "1e3"),
        ("count", "9" * 5000),
        ("count", "true"),
        ("rate", "nan"),
        ("rate", "inf"),
        ("rate", "1e999"),
        ("rate", "１２３"),
        ("rate", "1_0.5"),
        ("rate", "0101"),
        ("rate", "0x10"),
        ("rate", "true"),
        ("strict", "1"),
        ("strict", "True"),
        ("strict", "0"),
        ("period", 2024.10),
        ("period", None),
        ("period", ["2022"]),
        ("period", True),
        ("data_dir", "\ud800"),
    ],
)
def test_no_value_is_turned_into_another(name, text, book):
    """0101 is no 101, full-width digits are no 123, 2024.10 is no 2024.1, nan is no number."""
    with pytest.raises(ParameterError):
        checked("trade", TYPED, {name: text}, book)


def test_codes_keep_their_zeros(book):
    item = read_parameters(notebook('code = ""\ncodes = ["0101"]'))
    assert checked("x", item, {"code": "0101", "codes": '["0101", "2024.10"]'}, book) == {
        "code": "0101",
        "codes": ["0101", "2024.10"],
    }


SCALARS = st.one_of(
    st.text(),
    st.sampled_from(NASTY),
    st.booleans(),
    st.none(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
)
VALUES = st.one_of(SCALARS, st.lists(st.one_of(SCALARS, st.lists(SCALARS, max_size=3)), max_size=4))
NAMED = st.from_regex(r"[a-z_][a-z0-9_]{0,20}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name)
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(NAMED, VALUES, max_size=4))
def test_what_papermill_writes_is_what_was_given(values):
    """The very cell that the kernel runs gives the same values back, types and all."""
    try:
        parameters.sound(values)
    except ParameterError:
        assert any("\ud800" <= char <= "\udfff" for char in repr_all(values))
        return
    space: dict = {}
    exec(papermill_translators.find_translator("python3", "python").codify(values), space)
    assert {name: space[name] for name in values} == values
    assert [type(space[name]) for name in values] == [type(value) for value in values.values()]


def repr_all(value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        value = list(value.values())
    return "".join(map(repr_all, value)) if isinstance(value, list) else ""


@pytest.mark.slow
def test_the_kernel_gets_the_same_values(tmp_path, monkeypatch):
    """Through papermill and a kernel, in a folder whose name is a format string and a command."""
    folder = tmp_path / "{period} %s '\"$(touch fired)"
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("customs"))
    # the fork server keeps its socket where it was started
    kernels.warm()
    # short: the name of a socket has 107 bytes
    with tempfile.TemporaryDirectory(prefix="{period}%s'$(x)") as short:
        monkeypatch.setattr(tempfile, "tempdir", short)
        executed(tmp_path, folder)
        monkeypatch.undo()


def executed(tmp_path, folder):
    made = notebook('texts = [""]\nperiod = ""\nrate = 1.0\nstrict = False')
    code = "import json\nprint(json.dumps([texts, period, rate, strict]))"
    made.cells.append(nbformat.v4.new_code_cell(code))
    source = tmp_path / "x.ipynb"
    nbformat.write(made, source)
    given = {"texts": NASTY, "period": "{period}", "rate": 0.1, "strict": True}
    done = execute(source, Page("x", "x", given), data=folder / "data")
    printed = done.notebook.cells[-1].outputs[0]["text"]
    assert json.loads(printed) == [NASTY, "{period}", 0.1, True]
    assert not list(tmp_path.rglob("fired"))


@pytest.mark.parametrize(
    "row",
    [
        "../../x,trade",
        "/tmp/x,trade",
        "a b,trade",
        "A,trade",
        "x\u202e,trade",
        "..,trade",
        ",trade",
        "x.html,trade",
        "x,../trade",
        '"x\n",trade',
    ],
)
def test_names_of_pages_lead_nowhere_else(row, tmp_path, book):
    table = tmp_path / "t.csv"
    table.write_text(f"page,notebook\n{row}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"t\.csv"):
        pages.pages(ROOT, book, table=table)


def test_a_page_by_itself_may_have_what_others_of_its_notebook_can_not(book):
    """`cqbook run district -p year=2023`: not every district's page has figures of that year."""
    given = {"district": {"district": "500106", "year": "2023"}}
    page = next(item for item in pages.each_page(ROOT, book, given) if item.name == "district")
    assert page.parameters == given["district"]
    with pytest.raises(parameters.ParameterError, match=r"district-\d+\.year=2023"):
        pages.pages(ROOT, book, given)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_of_pages_in_every_form(encoding, end, tmp_path, book):
    table = tmp_path / "t.csv"
    rows = ["notebook,district,page,year", "district,500106,沙坪坝-0101,", ""]
    content = end.join(rows).replace("沙坪坝", "spb").encode(encoding)
    table.write_bytes(content)
    page = next(item for item in pages.pages(ROOT, book, table=table) if item.name == "spb-0101")
    assert page.parameters == {"district": "500106"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"page\nx\n",
        b"page,notebook,notebook\nx,trade,trade\n",
        b"page,notebook\nx,trade,extra\n",
        b"page,notebook\nx\n",
        b'page,notebook\n"x,trade\n',
        b"\xff\xfe\x00",
        b"\x80\x81\xff",
    ],
)
def test_a_table_of_pages_that_is_none(content, tmp_path, book):
    table = tmp_path / "t.csv"
    table.write_bytes(content)
    with pytest.raises(DataError, match=r"t\.csv"):
        pages.pages(ROOT, book, table=table)


@pytest.mark.parametrize("name", ["../x", "a/b", ".x", "X", "latest", "x\n", "v 1", "", "x\u202e"])
def test_names_of_editions_lead_nowhere_else(name):
    with pytest.raises(DataError):
        store.proper(name)


def test_a_chapter_is_known_by_its_title():
    known = notebooks(ROOT)
    assert nearest_page("外贸结构", known) == "trade"
    assert nearest_page("trad", known) == "trade"
    assert nearest_page("没有这一章", known) == ""


@pytest.mark.parametrize(
    ("asked", "folder"),
    [
        ({}, "trade"),
        ({"period": "2014"}, "trade_period=2014"),
        (
            {"period": "2019-01/2019-09", "area": "CN-51"},
            "trade_area=CN-51_period=2019-01~2019-09",
        ),
    ],
)
def test_the_folder_of_a_page_has_its_parameters(asked, folder):
    assert pages.own_folder("trade", asked) == folder


def test_folders_of_other_parameters_are_others():
    texts = ["一", "二", "a b", "a-b", "x" * 300, "x" * 301, "../..", "~~/~~"]
    names = {pages.own_folder("trade", {"words": text}) for text in texts}
    assert len(names) == len(texts)
    assert all("/" not in name and len(name) < 120 for name in names)
