"""New data: press tables and customs files, from the file to the chapter; nothing is ever lost."""

from __future__ import annotations

import csv
import datetime
import io
import re
import signal
from functools import partial

import customs_files
import openpyxl
import pytest
from conftest import KILLED_AT, ROOT
from kills import ended

from cqbook import cli, errors
from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.disk import atomic, locks
from cqbook.editions import paths
from cqbook.editions.store import is_released
from cqbook.errors import ContractError
from cqbook.execution import executor
from cqbook.execution.page import ExecutionError, Page
from cqbook.figures import claims, figure
from cqbook.intake import plan, press, press_template, readers
from cqbook.intake.customs_format import Said
from cqbook.intake.preview import preview

COLUMNS = [
    *("source_id", "locator", "indicator", "entity", "period", "flow", "measure"),
    *("status", "as_printed"),
]
TOTAL = {
    "source_id": "trade-2022",
    "locator": "¶1",
    "indicator": "trade_value",
    "entity": "CN-50",
    "period": "2021-01/2021-05",
    "flow": "total",
    "status": "actual",
    "as_printed": "3000.5亿元",
}


def workbook(rows, *, columns=None, formats=None, sources=(), change=None):
    """Return an XLSX with these rows; `formats`: number format by (row, column name)."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "observations"
    columns = columns or list(dict.fromkeys(key for row in rows for key in row))
    sheet.append(columns)
    for row in rows:
        sheet.append([row.get(column) for column in columns])
    for (number, column), form in (formats or {}).items():
        sheet.cell(number, columns.index(column) + 1).number_format = form
    if sources:
        extra = made.create_sheet("sources")
        extra.append(list(sources[0]))
        for row in sources:
            extra.append(list(row.values()))
    if change:
        change(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def csv_text(rows, encoding="utf-8"):
    out = io.StringIO(newline="")
    columns = list(dict.fromkeys(key for row in rows for key in row))
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def one(book, **changes):
    return press.read_press(workbook([TOTAL | changes]), "figures.xlsx", book).observations.iloc[0]


def test_what_is_not_typed_is_read_from_what_is_printed(book):
    row = one(book)
    assert row["value"] == "3000.5"
    assert row["unit"] == "100M CNY"
    assert row["qualifier"] == "as_rounded"
    assert row["measure"] == "level"
    assert row["accumulation"] == "ytd"
    assert row["confidence"] == "2"
    assert row["observation_id"] == "trade-2022.trade-value-2021-01-2021-05"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_of_excel(book, encoding):
    content = csv_text([TOTAL], encoding)
    assert press.is_press_table(content, "figures.csv")
    row = press.read_press(content, "figures.csv", book).observations.iloc[0]
    assert row["as_printed"] == "3000.5亿元"
    assert row["value"] == "3000.5"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"as_printed": "３０００．５亿元"}, {"value": "3000.5", "unit": "100M CNY"}),
        ({"as_printed": "30,005万元"}, {"value": "30005", "unit": "10k CNY"}),
        ({"as_printed": "45.6亿美元"}, {"value": "45.6", "unit": "100M USD"}),
        ({"as_printed": "456万美元"}, {"value": "456", "unit": "10k USD"}),
        ({"as_printed": "增长2.5%"}, {"value": "2.5", "measure": "yoy"}),
        ({"as_printed": "下降3.1%"}, {"value": "-3.1", "measure": "yoy"}),
        ({"as_printed": "增长1.3倍"}, {"value": "1.3", "unit": "times", "measure": "yoy"}),
        ({"as_printed": "约3000亿元"}, {"qualifier": "about"}),
        ({"value": "3000.5亿元", "as_printed": ""}, {"as_printed": "3000.5亿元"}),
        ({"value": 3000.5, "unit": "亿元"}, {"value": "3000.5", "unit": "100M CNY"}),
        ({"value": 3000.5, "unit": "100M CNY", "as_printed": "3000.50亿元"}, {"value": "3000.50"}),
        (
            {"value": 3000.5, "unit": "亿元", "as_printed": "进出口总值3000.5亿元"},
            {"value": "3000.5", "unit": "100M CNY"},
        ),
        ({"period": 2021}, {"period": "2021"}),
        ({"period": 202103}, {"period": "2021-03"}),
        ({"period": "2021年"}, {"period": "2021"}),
        ({"period": "2021/3"}, {"period": "2021-03"}),
        ({"period": "2021-3"}, {"period": "2021-03"}),
        ({"period": "2021年3月"}, {"period": "2021-03"}),
        ({"period": "2021年1—5月"}, {"period": "2021-01/2021-05"}),
        ({"period": "2021年1-5月"}, {"period": "2021-01/2021-05"}),
        ({"period": "2021年前5个月"}, {"period": "2021-01/2021-05"}),
        ({"period": "2021年前三季度"}, {"period": "2021-01/2021-09"}),
        ({"period": "2021年上半年"}, {"period": "2021-01/2021-06"}),
        ({"period": "２０２１年３月"}, {"period": "2021-03"}),
        ({"indicator": "进出口总额"}, {"indicator": "trade_value"}),
        ({"status": "预计", "flow": "出口"}, {"status": "estimate", "flow": "export"}),
        ({"entity": "重庆市"}, {"entity": "CN-50"}),
        ({"breakdown": "东盟"}, {"breakdown": "partner=asean"}),
        ({"breakdown": "partner=asean"}, {"breakdown": "partner=asean"}),
        ({"entity": 500106}, {"entity": "500106"}),
    ],
)
def test_what_is_understood(book, changes, expected):
    if changes.get("indicator"):
        changes = {"indicator": book.lookup("indicators", "indicator", "trade_value")}
    row = one(book, **changes)
    assert {key: row[key] for key in expected} == expected


def test_an_excel_date_without_a_day_is_a_month(book):
    date = datetime.datetime(2021, 3, 1)
    for form, period in (("mmm-yy", "2021-03"), ('yyyy"年"m"月"', "2021-03"), ("yyyy", "2021")):
        content = workbook([TOTAL | {"period": date}], formats={(2, "period"): form})
        row = press.read_press(content, "figures.xlsx", book).observations.iloc[0]
        assert row["period"] == period


def test_a_percent_cell_keeps_what_it_shows(book):
    rows = [TOTAL | {"value": 0.025, "as_printed": "增长2.5%", "measure": "yoy"}]
    content = workbook(rows, formats={(2, "value"): "0.0%"})
    row = press.read_press(content, "figures.xlsx", book).observations.iloc[0]
    assert row["value"] == "2.5"
    rows = [TOTAL | {"value": 0.025, "as_printed": "增长2.50%", "measure": "yoy"}]
    content = workbook(rows, formats={(2, "value"): "0.00%"})
    assert press.read_press(content, "f.xlsx", book).observations.iloc[0]["value"] == "2.50"


def test_noise_of_binary_fractions_is_not_a_digit(book):
    row = one(book, value=0.1 + 0.2, unit="亿元", as_printed="0.3亿元")
    assert row["value"] == "0.3"


def merged(sheet):
    sheet.merge_cells("A2:B2")


def refused(*changes, formats=None, change=None, columns=None):
    return {"rows": [TOTAL | row for row in changes], "formats": formats, "change": change,
            "columns": columns}  # fmt: skip


REFUSED = {
    "date in value": (
        refused({"value": datetime.datetime(2021, 3, 4)}), ["单元格 I2", "Excel 把它变成了日期"],
    ),
    "date with a day": (
        refused({"period": datetime.datetime(2021, 3, 4)}, formats={(2, "period"): "yyyy-mm-dd"}),
        ["单元格 E2", "日期", "cell E2"],
    ),
    "no status": (refused({"status": ""}), ["列 status", "非空"]),
    "wrong status": (refused({"status": "真实"}), ["列 status", "“真实”", "actual"]),
    "unknown indicator": (refused({"indicator": "trade_valu"}), ["“trade_valu”", "trade_value"]),
    "unknown entity": (refused({"entity": "CN-05"}), ["“CN-05”", "cell D2"]),
    "unknown source": (refused({"source_id": "trade-2222"}), ["“trade-2222”", "trade-2022"]),
    "bad period": (refused({"period": "去年"}), ["“去年”", "2022-01/2022-09"]),
    "period short of a digit": (refused({"period": 20213}), ["“20213”", "cell E2"]),
    "month that is none": (refused({"period": "2021年13月"}), ["2021年13月"]),
    "unclear figure": (refused({"as_printed": "许多亿元"}), ["“许多亿元”", "cell H2"]),
    "grouping": (refused({"as_printed": "1,23亿元"}), ["“1,23亿元”"]),
    "value unlike print": (
        refused({"value": 3000.6, "unit": "亿元"}), ["“3000.6”", "3000.5亿元"],
    ),
    "unit unlike print": (refused({"value": 3000.5, "unit": "万元"}), ["3000.5"]),
    "scale unlike the passage": (
        refused({"value": 3000.5, "unit": "万元", "as_printed": "总值3000.5亿元"}), ["3000.5"],
    ),
    "currency unlike the passage": (
        refused({"value": 3000.5, "unit": "亿元", "as_printed": "总值3000.5亿美元"}), ["3000.5"],
    ),
    "sign left out": (
        refused({
            "value": 3.1, "unit": "percent", "measure": "yoy", "as_printed": "下降3.1%，降幅收窄",
        }),
        ["读作 −3.1%，所填是 3.1%"],
    ),
    "sign left out of points": (
        refused({
            "value": 3.1, "unit": "percentage points", "measure": "pp_change",
            "as_printed": "占比减少约3.1个百分点，仍居首位",
        }),
        ["约−3.1个百分点"],
    ),
    "qualifier unlike the passage": (
        refused({
            "value": 7000, "unit": "亿元", "qualifier": "about",
            "as_printed": "总值已逾7000亿元大关",
        }),
        ["读作“超7000亿元”"],
    ),
    "twice in the passage": (
        refused({"value": 5000, "unit": "亿元", "as_printed": "出口超5000亿元，进口5000亿元"}),
        ["超5000亿元、5000亿元"],
    ),
    "average over years": (
        refused({
            "value": 6.5, "unit": "percent", "measure": "yoy",
            "as_printed": "“十四五”以来年均增长6.5%",
        }),
        ["年均增长跨几年"],
    ),
    "bare percent": (refused({"as_printed": "2.5%"}), ["百分数是什么的百分数"]),
    "times as growth": (refused({"as_printed": "1.3倍", "measure": "yoy"}), ["两者差一倍"]),
    "unclear accumulation": (
        refused({"period": "2021-03/2021-05"}), ["accumulation", "看不出来", "since_start"],
    ),
    "unknown breakdown": (refused({"breakdown": "partner=asian"}), ["“partner=asian”"]),
    "error cell": (refused({"value": "#REF!"}), ["“#REF!”"]),
    "formula": (refused({"value": "=1+1"}), ["公式", "=1+1"]),
    "boolean": (refused({"value": True}), ["文字或数值"]),
    "merged": (refused({}, change=merged), ["不合并的单元格", "A2:B2"]),
    "column": (refused({"perod": "x"}), ["perod", "是不是 period"]),
    "lacking": (refused({}, columns=COLUMNS[1:]), ["列 source_id", "有这一列"]),
    "empty": ({"rows": [], "formats": None, "change": None, "columns": COLUMNS}, ["至少一行"]),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED, ids=REFUSED)
def test_what_is_refused_by_cell(book, fault):
    form, words = REFUSED[fault]
    with pytest.raises(ContractError) as caught:
        press.read_press(workbook(**form), "figures.xlsx", book)
    for word in ["figures.xlsx", *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("passage", "value", "unit", "read"),
    [
        ("总值增长超过30%，创新高", 30, "percent", ("30", "over")),
        ("下降3.1%，降幅收窄", -3.1, "percent", ("-3.1", "as_rounded")),
        ("“同比增长近三成”，为五年来最快", 30, "percent", ("30", "nearly")),
    ],
)
def test_words_of_a_passage_decide_with_the_number(book, passage, value, unit, read):
    row = TOTAL | {"as_printed": passage, "value": value, "unit": unit, "measure": "yoy"}
    made = press.read_press(workbook([row]), "figures.xlsx", book).observations.iloc[0]
    assert (made["value"], made["qualifier"]) == read
    assert made["as_printed"] == passage


def test_all_refusals_of_a_file_are_told_at_once(book):
    rows = [TOTAL | {"status": ""}, TOTAL | {"period": "去年"}, TOTAL | {"as_printed": "许多"}]
    with pytest.raises(ContractError) as caught:
        press.read_press(workbook(rows), "figures.xlsx", book)
    assert [breach.column for breach in caught.value.breaches] == ["status", "period", "as_printed"]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("figures.xls", b"\xd0\xcf\x11\xe0", r"\.xlsx"),
        ("figures.xlsx", b"PK\x03\x04broken", "完好的"),
        ("figures.xlsx", b"", "完好的"),
    ],
)
def test_other_files_are_told_what_to_be(book, name, content, word):
    with pytest.raises(ContractError, match=word):
        press.read_press(content, name, book)


def test_hidden_rows_are_taken_and_told(book):
    def hide(sheet):
        sheet.row_dimensions[2].hidden = True

    found = press.read_press(workbook([TOTAL], change=hide), "figures.xlsx", book)
    assert len(found.observations) == 1
    assert any("隐藏" in text for text in found.warnings)


def test_the_template_comes_back_as_it_was_filled(book, tmp_path):
    content = press_template.template(book)
    assert content == press_template.template(book), "the same bytes"
    made = openpyxl.load_workbook(io.BytesIO(content))
    assert made.sheetnames == ["observations", "sources", "示例", "说明", "代码"]
    sheet = made["observations"]
    header = [cell.value for cell in sheet[1]]
    assert header == [field["name"] for field in book.fields("observations")]
    assert sheet["A2"].number_format == "@"
    listed = {str(rule.sqref).split("2:")[0] for rule in sheet.data_validations.dataValidation}
    assert len(listed) > 10
    example = [cell.value for cell in made["示例"][2]]
    assert dict(zip(header, example, strict=True))["as_printed"].endswith("亿元")
    for column, value in TOTAL.items():
        sheet.cell(2, header.index(column) + 1, value)
    out = io.BytesIO()
    made.save(out)
    found = press.read_press(out.getvalue(), "figures.xlsx", book)
    assert len(found.observations) == 1
    assert found.observations.iloc[0]["value"] == "3000.5"


# --- add


@pytest.fixture
def whole(tmp_path, spoiled, monkeypatch):
    """A book of which only the data matter."""
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    return tmp_path


@pytest.fixture
def root(whole, plain):
    """One without the long series, which take most of the time to check and to compare."""
    return whole


def put(root, rows, name="figures.xlsx", **form):
    path = root / name
    path.write_bytes(workbook(rows, **form) if name.endswith("x") else csv_text(rows))
    return path


def add(root, *files, edition="", **said):
    data = root / "data"
    made = plan.plan_intake(data, files, Said(**said), edition, partial(is_released, root))
    return made, plan.write_plan(data, made)


def bytes_of(root):
    return {path.name: path.read_bytes() for path in sorted((root / "data").glob("[a-z]*.*"))}


def test_a_new_figure_and_a_new_source(whole):
    new = {"source_id": "customs-2021-05", "title": "1—5月外贸", "outlet": "重庆海关"}
    path = put(
        whole,
        [TOTAL | {"source_id": "customs-2021-05"}],
        sources=[new | {"published": "2021-06-10"}],
    )
    before = bytes_of(whole)
    made, changed = add(whole, path)
    assert changed == ["observations.csv", "sources.csv"]
    assert (len(made.figures.rows), made.figures.same) == (1, 0)
    book = Catalog(whole / "data")
    check_package(book)
    (row,) = book.observations(source_id="customs-2021-05").to_dict("records")
    assert row["value_text"] == "3000.5"
    assert row["edition_added"] == "2026-11"
    assert book.source_label("customs-2021-05") == "重庆海关，2021-06-10"
    after = bytes_of(whole)
    assert after["observations.csv"].startswith(before["observations.csv"]), "rows are only added"
    made, changed = add(whole, path)
    assert (made.figures.same, changed) == (1, [])
    assert bytes_of(whole) == after


def test_a_correction_keeps_the_old_value(root):
    old = Catalog(root / "data").observations(observation_id="trade-2022.total").iloc[0]
    row = TOTAL | {"period": "2022", "as_printed": "8258.4亿元", "basis": old["basis"]}
    made, _ = add(root, put(root, [row]), edition="2026-12")
    ((before, after),) = made.figures.revised
    assert before["observation_id"] == "trade-2022.total"
    book = Catalog(root / "data")
    check_package(book)
    found = book.observations(observation_id=after["observation_id"]).iloc[0]
    assert found["supersedes"] == "trade-2022.total"
    assert found["edition_added"] == "2026-12"
    kept = book.observations(observation_id="trade-2022.total").iloc[0]
    assert kept["value_text"] == "8158.4"
    assert kept["superseded"]
    assert book.edition == "2026-12"
    # and a correction of the correction supersedes that
    made, _ = add(root, put(root, [row | {"as_printed": "8358.4亿元"}]), edition="2026-12")
    ((before, last),) = made.figures.revised
    assert before["observation_id"] == after["observation_id"]
    assert last["observation_id"] not in (before["observation_id"], "trade-2022.total")
    check_package(Catalog(root / "data"))


def test_another_source_with_another_value_stands_beside(root):
    row = TOTAL | {"period": "2022", "as_printed": "8258.4亿元", "source_id": "auto-export-2023"}
    made, _ = add(root, put(root, [row]))
    assert made.figures.revised == ()
    ((old, new),) = made.figures.beside
    assert new["supersedes"] == ""
    words = "\n".join(preview(Catalog(root / "data"), made))
    assert old["observation_id"] in words
    assert "supersedes" in words


def test_a_rounder_print_of_the_same_figure_is_no_correction(root):
    row = TOTAL | {"period": "2022", "as_printed": "超8000亿元"}
    made, _ = add(root, put(root, [row]))
    assert made.figures.revised == ()
    ((old, new),) = made.figures.beside
    assert old["observation_id"] == "trade-2022.total"
    assert new["supersedes"] == ""


def test_new_figures_do_not_go_into_a_released_edition(root):
    folder = paths.released_folder(root) / "2026-11"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    path = put(root, [TOTAL])
    with pytest.raises(errors.DataError, match="--edition"):
        add(root, path)
    add(root, path, edition="2026-12")
    assert Catalog(root / "data").edition == "2026-12"


def test_what_breaks_the_contract_is_told_by_its_cell(root):
    before = bytes_of(root)
    with pytest.raises(ContractError, match=r"figures\.xlsx.*第2行.*part_of"):
        add(root, put(root, [TOTAL | {"part_of": "no-such.row"}]))
    assert bytes_of(root) == before


def test_one_bad_file_and_nothing_of_any_is_written(root):
    good = put(root, [TOTAL])
    bad = customs_files.write(root, "data.csv", customs_files.rows(count=3))
    before = bytes_of(root)
    with pytest.raises(ContractError, match=r"data\.csv.*flow"):
        add(root, good, bad)
    assert bytes_of(root) == before
    assert not (root / "data" / "customs").exists()
    with pytest.raises(errors.DataError, match="打不开"):
        add(root, good, root / "none.csv")
    other = root / "notes.docx"
    other.write_bytes(b"x")
    with pytest.raises(ContractError, match=r"notes\.docx"):
        add(root, other)


def test_both_kinds_in_one_command(root):
    files = [
        put(root, [TOTAL]),
        put(root, [TOTAL | {"period": "2021-01/2021-02", "as_printed": "900亿元"}], "more.csv"),
        *customs_files.year(root, files=4, count=20),
    ]
    made, changed = add(root, *files)
    assert changed == ["observations.csv", "customs"]
    assert len(made.figures.rows) == 2
    assert len(Catalog(root / "data").detail.files) == 4
    words = "\n".join(preview(Catalog(root / "data"), made))
    assert "gb18030，出口，美元，重庆市，2024-01" in words
    assert "新2个" in words


def test_a_revision_of_customs_detail_says_what_changed(root):
    made = customs_files.rows(count=3)
    add(root, customs_files.write(root, "出口1.csv", made))
    made[0] = made[0] | {"USD": "?"}
    made[1] = made[1] | {"quantity_1": "1234567"}
    path = customs_files.write(root, "出口2.csv", made)
    planned = plan.plan_intake(root / "data", [path], Said(), "", lambda _: False)
    words = "\n".join(preview(Catalog(root / "data"), planned))
    assert re.search(r"金额 [\d,]+ → 缺", words)
    assert re.search(r"第一数量 [\d,]+ → 1,234,567", words)


def test_a_file_of_lone_carriage_returns_is_told(root):
    path = root / "old mac.csv"
    path.write_bytes(b"a,b\r1,2\r")
    with pytest.raises(ContractError, match="old mac"):
        add(root, path)


def test_the_command_line_shows_and_then_writes(root, capsys):
    path = put(root, [TOTAL])
    before = bytes_of(root)
    assert cli.main(["--root", str(root), "add", str(path), "--dry-run"]) == 0
    assert "新1个" in capsys.readouterr().out
    assert bytes_of(root) == before
    assert cli.main(["--root", str(root), "add", str(path)]) == 0
    assert "observations.csv" in capsys.readouterr().out
    assert bytes_of(root) != before
    assert cli.main(["--root", str(root), "template", str(root / "t.xlsx")]) == 0
    assert cli.main(["--root", str(root), "template", str(root / "t.xlsx")]) == 1
    assert "不覆盖" in capsys.readouterr().err


#: Exports and imports of five months; 3200.8 is what they make.
FIVE_MONTHS = TOTAL | {"period": "2019-01/2019-05"}
SIDES = [
    FIVE_MONTHS | {"flow": "export", "as_printed": "2000.3亿元"},
    FIVE_MONTHS | {"flow": "import", "as_printed": "1200.5亿元"},
]
#: The total as it is, with two digits swapped, without its point, and in 万 for 亿.
PRINTED = ["3200.8亿元", "3020.8亿元", "32008亿元", "3200.8万元"]


def shown(root, *rows, sources=()):
    made = plan.plan_intake(
        root / "data",
        [put(root, rows, sources=sources)],
        Said(),
        "",
        partial(is_released, root),
    )
    return list(preview(Catalog(root / "data"), made))


@pytest.mark.parametrize("printed", PRINTED)
def test_a_total_typed_wrong_beside_its_parts_is_refused(root, printed):
    rows = [*SIDES, FIVE_MONTHS | {"as_printed": printed}]
    if printed == PRINTED[0]:
        assert not [line for line in shown(root, *rows) if "矛盾" in line]
        return
    with pytest.raises(ContractError, match="进出口等于出口加进口") as caught:
        shown(root, *rows)
    (breach,) = caught.value.breaches
    assert (breach.file, breach.row, breach.column) == ("figures.xlsx", 4, "value")


@pytest.mark.parametrize("printed", PRINTED)
def test_a_total_that_contradicts_another_source_is_told(root, printed):
    add(root, put(root, SIDES))
    row = FIVE_MONTHS | {"as_printed": printed, "source_id": "auto-export-2023"}
    lines = shown(root, row)
    told = [line for line in lines if "矛盾 | contradicts" in line]
    if printed == PRINTED[0]:
        assert not told
        return
    (line,) = told
    assert "所印 " + printed in line
    unit = "万元" if "万" in printed else "亿元"
    assert f"推算 320{'070' if unit == '万元' else '0.7'}" in line
    assert f"{unit}（trade-2022." in line


def test_another_order_of_magnitude_than_last_year_is_told(root):
    # 2020: 4187.5 亿元 of exports
    row = TOTAL | {"period": "2019", "flow": "export", "basis": "customs"}
    lines = [li for li in shown(root, row | {"as_printed": "37120.0亿元"}) if "数量级" in li]
    assert any("4187.5亿元" in line for line in lines)
    assert not [li for li in shown(root, row | {"as_printed": "3712.0亿元"}) if "数量级" in li]


def test_each_figure_is_shown_as_it_was_read(root):
    growth = TOTAL | {"measure": "yoy", "as_printed": "下降2.5%", "flow": "import"}
    floor = TOTAL | {"as_printed": "超3000亿元", "basis": "customs"}
    lines = shown(root, floor, growth)
    (level,) = [line for line in lines if "figures.xlsx A2" in line]
    assert "重庆市·2021年1—5月·进出口额·进出口·数额 = 超3000亿元" in level
    assert "3000亿元以上" in level
    assert "（年内累计，超，公布，海关；原印“超3000亿元”）" in level
    (rate,) = [line for line in lines if "figures.xlsx A3" in line]
    assert "·进口·同比 = " in rate
    assert "无限定词" in rate
    assert "-2.55" in rate or "−2.55" in rate
    assert "未写口径" in rate


def test_a_full_disk_takes_nothing_in(root, monkeypatch, capsys):
    path = put(root, [TOTAL])
    before = bytes_of(root)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "_flushed", full)
        assert cli.main(["--root", str(root), "add", str(path)]) == 1
    assert "磁盘已满" in capsys.readouterr().err
    assert bytes_of(root) == before
    assert cli.main(["--root", str(root), "add", str(path)]) == 0


KILL = """
from cqbook import cli
from cqbook.disk import atomic
atomic._flushed = counted(atomic._flushed)
Path.replace = counted(Path.replace)
sys.exit(cli.main(["--root", sys.argv[1], "add", sys.argv[2], "--edition", "2026-12"]))
"""


@pytest.mark.parametrize("step", range(1, 9))
def test_a_kill_in_the_middle_of_an_add(root, step):
    """Three files change (figures, sources, the package's version): all or none."""
    new = {"source_id": "customs-2021-05", "title": "1—5月外贸", "outlet": "重庆海关"}
    path = put(root, [TOTAL | {"source_id": "customs-2021-05"}], sources=[new])
    before = bytes_of(root)
    assert ended(KILLED_AT + KILL, step, root, path) == -signal.SIGKILL
    assert cli.main(["--root", str(root), "check"]) == 0, "the next command finishes or undoes it"
    names = ("observations.csv", "sources.csv", "datapackage.json")
    now = bytes_of(root)
    changed = [now[name] != before[name] for name in names]
    assert all(changed) or not any(changed)
    assert cli.main(["--root", str(root), "add", str(path), "--edition", "2026-12"]) == 0
    assert len(Catalog(root / "data").observations(source_id="customs-2021-05")) == 1
    left = [item.name for item in (root / "data").iterdir() if "cqbook-" in item.name]
    assert left == [locks.LOCK]


# --- from the file to the chapter


@pytest.mark.slow
def test_a_period_that_the_book_does_not_have(whole, spoiled):
    """The figures of 2020-01/2020-09 are taken out, typed into the template, and taken in again."""
    period = "2020-01/2020-09"
    rows = spoiled.rows("observations.csv")
    at = {column: place for place, column in enumerate(rows[0])}
    gone = [row for row in rows[1:] if row[at["period"]] == period]
    assert len(gone) > 20
    spoiled.write("observations.csv", [row for row in rows if row not in gone])
    used = {row[0] for row in gone}
    relations = spoiled.rows("relations.csv")
    inputs, target = relations[0].index("inputs"), relations[0].index("target")
    kept = [row for row in relations if not used & {*row[inputs].split(";"), row[target]}]
    spoiled.write("relations.csv", kept)
    check_package(Catalog(whole / "data"))

    def words(data):
        page = Page("trade", "trade", {"period": period})
        return executor.execute(ROOT / "chapters" / "trade.ipynb", page, data=data).notebook

    with pytest.raises(ExecutionError, match=f"period={period}：数据中没有"):
        words(whole / "data")

    header = rows[0]
    made = openpyxl.load_workbook(io.BytesIO(press_template.template(Catalog(whole / "data"))))
    sheet = made["observations"]
    for number, row in enumerate(gone, start=2):
        for place, text in enumerate(row, start=1):
            if header[place - 1] == "as_printed" and text.endswith("倍"):
                # a bare 1.2倍 can be read in two ways, and is refused
                text = f"增长{text}"
            if header[place - 1] not in ("observation_id", "edition_added"):
                sheet.cell(number, place, text)
    path = whole / "2020.xlsx"
    made.save(path)
    taken, _ = add(whole, path)
    assert len(taken.figures.rows) == len(gone)
    check_package(Catalog(whole / "data"))

    notebook = words(whole / "data")
    original = words(ROOT / "data")
    assert figure.glued(notebook) == figure.glued(original)
    assert "4613.9亿元" in figure.glued(notebook).values()
    drawn = {item.identity.id: item.identity.table for item in figure.figures_of(notebook)}
    expected = {item.identity.id: item.identity.table for item in figure.figures_of(original)}
    assert set(drawn) == set(expected)
    for key, table in drawn.items():
        place = table.keys.index("full") if table.rows else 0
        values = [row[place] for row in table.rows]
        assert values == [row[place] for row in expected[key].rows], key
    known = claims.Known.of(notebook)
    lacking = {key for key, text in known.texts.items() if text == "未见公布"}
    assert "goods_rate" in lacking, "the period has no goods to compare"
    prose = [known.resolved(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    said = {name for text in prose for name in claims.GLUED_ROLE.findall(text)}
    assert said, "what is known is said"
    assert not said & lacking, "what nobody published has no sentence"


@pytest.mark.slow
def test_customs_detail_becomes_a_chapter_that_is_judged_by_a_second_execution(whole):
    add(whole, *customs_files.year(whole, files=24, count=60))
    source = ROOT / "chapters" / "customs-detail.ipynb"
    page = Page("customs-detail", "customs-detail")
    notebook = executor.execute(source, page, data=whole / "data").notebook
    words = figure.glued(notebook)
    with Catalog(whole / "data").detail.connect() as link:
        (total,) = link.execute("SELECT sum(value) FROM detail WHERE flow = 'export'").fetchone()
    assert words["export"] == f"{total / 1e8:.2f}亿美元"
    assert words["export_when"] == "2024年"
    drawn = {
        item.identity.id: len(item.identity.table.rows) for item in figure.figures_of(notebook)
    }
    assert drawn["fig-customs-partners"] == 11
    assert drawn["fig-customs-months"] == 24
    assert "fig-customs-margins" not in drawn, "no year before, no margins"
    assert "fig-customs-rca" not in drawn, "no nation, no advantage"


def test_a_reader_of_another_format_is_one_line_in_the_registry(root, monkeypatch):
    """A module that makes figures of a file, and a line: the rest of the way is the same."""

    def read_notes(paths, book, said):
        return [press.read_press(workbook([TOTAL]), path.name + ".xlsx", book) for path in paths]

    note = root / "note.txt"
    note.write_text("口头：合计…", encoding="utf-8")
    with pytest.raises(ContractError, match=r"值“.txt”：应为海关在线查询的 CSV，或由 cqbook"):
        add(root, note)
    kind = readers.Reader("记录", "notes", lambda _, name: name.endswith(".txt"), read_notes)
    monkeypatch.setattr(readers, "READERS", (*readers.READERS, kind))
    made, changed = add(root, note, edition="2026-12")
    assert len(made.figures.rows) == 1
    assert "observations.csv" in changed
    (root / "note.odt").write_bytes(b"")
    with pytest.raises(ContractError, match="应为记录，或海关在线查询的 CSV，或由 cqbook"):
        add(root, root / "note.odt")
