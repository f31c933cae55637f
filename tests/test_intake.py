"""New data: press tables and customs files, from the file to the chapter; nothing is ever lost."""

from __future__ import annotations

import csv
import datetime
import io
import re
from functools import partial

import customs_files
import openpyxl
import pytest
from conftest import ROOT

from cqbook import cli, errors
from cqbook.data.catalog import Catalog
from cqbook.data.contracts import check_package
from cqbook.disk import atomic
from cqbook.editions import paths
from cqbook.editions.store import is_released
from cqbook.errors import ContractError
from cqbook.execution import executor
from cqbook.execution.page import ExecutionError, Page
from cqbook.figures import claims, figure
from cqbook.intake import plan, press, press_plan, press_template, published_tables, readers
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


@pytest.mark.parametrize(
    ("name", "code"),
    [("重庆市", "CN-50"), ("重庆", "CN-50"), ("渝北", "500112"), ("四川", "CN-51")],
)
def test_a_place_may_be_called_as_everybody_calls_it(book, name, code):
    assert one(book, entity=name)["entity"] == code


def test_a_rate_below_one_without_its_sign_is_told(book):
    rows = [TOTAL | {"as_printed": "", "value": 0.5, "unit": "percent", "measure": "yoy"}]
    read = press.read_press(workbook(rows), "figures.xlsx", book)
    assert ["0.5%，不是50%" in text for text in read.warnings] == [True]
    rows[0]["value"] = "0.5%"
    assert not press.read_press(workbook(rows), "figures.xlsx", book).warnings


def test_a_title_above_a_csv_is_told_as_one(book):
    content = "重庆外贸采集表\n".encode() + csv_text([TOTAL])
    assert press.is_press_table(content, "figures.csv")
    with pytest.raises(ContractError, match="它在第2行") as caught:
        press.read_press(content, "figures.csv", book)
    assert len(caught.value.breaches) == 1


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
        (
            {"value": 46.5, "unit": "percent", "as_printed": "占总值的46.5%"},
            {"value": "46.5", "measure": "share"},
        ),
        (
            {"as_printed": "年均增长6.5%", "period": "2021/2025"},
            {"measure": "annual_average", "accumulation": "period"},
        ),
        ({"as_printed": "占比46.5%", "measure": "占比"}, {"measure": "share"}),
        ({"as_printed": "基本持平", "qualifier": "unchanged"}, {"value": "", "measure": "yoy"}),
        ({"as_printed": "同比持平", "measure": "yoy"}, {"qualifier": "unchanged"}),
        (
            {
                "value": 70,
                "unit": "%",
                "qualifier": "over",
                "as_printed": "超7成",
                "measure": "share",
            },
            {"value": "70", "qualifier": "over"},
        ),
        ({"value": 1, "unit": "1T CNY", "as_printed": "突破万亿元"}, {"qualifier": "over"}),
        ({"as_printed": "达3.1%", "measure": "yoy"}, {"value": "3.1"}),
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
        ({"period": "2021年前五个月"}, {"period": "2021-01/2021-05"}),
        ({"period": "2021.1-5"}, {"period": "2021-01/2021-05"}),
        ({"period": "2021/1-5"}, {"period": "2021-01/2021-05"}),
        ({"period": "2021年1-5月累计"}, {"period": "2021-01/2021-05"}),
        ({"period": "二○二一年一至五月"}, {"period": "2021-01/2021-05"}),
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


def titled(sheet):
    sheet.insert_rows(1)
    sheet["A1"] = "重庆外贸采集表"
    sheet.merge_cells("A1:H1")


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
        ["年均增长跨几年", "annual_average"],
    ),
    "average of one year": (
        refused({"as_printed": "年均增长6.5%", "period": "2021"}), ["列 period", "2021/2025"],
    ),
    "amount a year": (refused({"as_printed": "年均6.5亿元"}), ["不是一期的数额"]),
    "a fall in other words": (
        refused({"value": 3.1, "unit": "%", "measure": "同比", "as_printed": "出口萎缩3.1%"}),
        ["−3.1%", "列 value"],
    ),
    "a direction that nobody knows": (
        refused({"value": 3.1, "unit": "%", "measure": "yoy", "as_printed": "出口遇冷3.1%"}),
        ["带号的数", "+3.1", "-3.1"],
    ),
    "a word for both directions": (
        refused({"value": 3.1, "unit": "%", "measure": "yoy", "as_printed": "出口涨跌幅为3.1%"}),
        ["带号的数"],
    ),
    "a limit that stands apart": (
        refused({"value": 90, "unit": "%", "measure": "share", "as_printed": "不足上年的九成"}),
        ["列 qualifier", "不足"],
    ),
    "dollars in English": (
        refused({"value": 3.1, "unit": "1B CNY", "as_printed": "exports of $3.1 billion"}),
        ["一致的数和单位"],
    ),
    "millions in English": (
        refused({"value": 3.1, "unit": "1M CNY", "as_printed": "exports of 3.1 billion yuan"}),
        ["一致的数和单位"],
    ),
    "a fall in English": (
        refused({"value": 3.1, "unit": "%", "measure": "yoy", "as_printed": "down 3.1 percent"}),
        ["down", "−3.1%"],
    ),
    "a deficit as a difference": (
        refused({
            "value": 3, "unit": "亿元", "measure": "difference", "as_printed": "贸易逆差3亿元",
        }),
        ["逆差", "−3亿元"],
    ),
    "a limit that is not read": (
        refused({"value": 7000, "unit": "亿元", "as_printed": "总值未突破7000亿元"}),
        ["列 qualifier", "未突破"],
    ),
    "a floor of two": (
        refused({"value": 8000, "unit": "亿元", "as_printed": "突破7000亿元、8000亿元"}),
        ["列 qualifier", "突破"],
    ),
    "the upper end of a range": (
        refused({"value": 4, "unit": "亿元", "as_printed": "总值在3亿元到4亿元"}), ["value_upper"],
    ),
    "share as growth": (
        refused({"value": 46, "unit": "%", "measure": "yoy", "as_printed": "占总值的46%"}),
        ["列 measure", "share"],
    ),
    "month on month as 同比": (
        refused({"value": 4.8, "unit": "%", "measure": "yoy", "as_printed": "比上月增长4.8%"}),
        ["列 measure", "pct_change"],
    ),
    "another base than the year before": (
        refused({
            "value": 4.8, "unit": "%", "measure": "yoy", "as_printed": "较2019年同期增长4.8%",
        }),
        ["列 measure", "pct_change"],
    ),
    "months of the passage": (
        refused({"value": 8, "unit": "亿元", "as_printed": "1—11月累计8亿元"}),
        ["列 period", "“1—11月”", "所填是 2021-01/2021-05"],
    ),
    "year of the passage": (
        refused({"value": 8, "unit": "亿元", "as_printed": "2020年前5个月8亿元"}), ["列 period"],
    ),
    "a month beside its year so far": (
        refused({"value": 8, "unit": "亿元", "as_printed": "5月当月8亿元"}), ["列 period", "5月"],
    ),
    "dollars": (
        refused({"value": 8, "unit": "亿元", "as_printed": "合计8亿美元"}), ["8亿美元"],
    ),
    "bare percent": (refused({"as_printed": "2.5%"}), ["百分数是什么的百分数"]),
    "times as growth": (refused({"as_printed": "1.3倍", "measure": "yoy"}), ["两者差一倍"]),
    "unclear accumulation": (
        refused({"period": "2021-03/2021-05"}), ["accumulation", "看不出来", "since_start"],
    ),
    "no flow where each has one": (
        refused({"flow": ""}), ["列 flow", "total（进出口）、export（出口）、import（进口）之一"],
    ),
    "no flow of exports": (
        refused({"indicator": "auto_exports", "as_printed": "3万辆", "flow": ""}),
        ["列 flow", "应为export（出口）："],
    ),
    "a flow of what has none": (
        refused({"indicator": "gdp", "flow": "total"}), ["列 flow", "留空：gdp 的数没有流向之分"],
    ),
    "unknown breakdown": (refused({"breakdown": "partner=asian"}), ["“partner=asian”"]),
    "error cell": (refused({"value": "#REF!"}), ["“#REF!”"]),
    "formula": (refused({"value": "=1+1"}), ["公式", "=1+1"]),
    "boolean": (refused({"value": True}), ["文字或数值"]),
    "merged": (refused({}, change=merged), ["不合并的单元格", "A2:B2"]),
    "column": (refused({"perod": "x"}), ["perod", "是不是 period"]),
    "title above": (
        refused({}, change=titled), ["1处", "单元格 A1", "它在第2行", "重庆外贸采集表"],
    ),
    "fraction for percent": (
        refused({"value": 0.124, "unit": "percent", "measure": "yoy", "as_printed": ""}),
        ["12.4% 还是 0.124%", "cell I2"],
    ),
    "entity by no name": (refused({"entity": "重庆市区"}), ["“重庆市区”", "重庆市、"]),
    "half a vehicle": (
        refused({"indicator": "auto_exports", "flow": "export", "as_printed": "41.2辆"}),
        ["整数，或万辆"],
    ),
    "a month to date": (
        refused({"period": "2021-09", "accumulation": "ytd"}), ["2021-01/2021-09"],
    ),
    "so far of which months": (refused({"period": "2021年累计"}), ["2021年累计", "列 period"]),
    "so far of a month": (refused({"period": "2021年5月累计"}), ["2021年5月累计", "列 period"]),
    "a day as months": (refused({"period": "2021-1-5"}), ["2021-1-5", "列 period"]),
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
        ("降幅收窄至3.1%", -3.1, "percent", ("-3.1", "as_rounded")),
        ("2021年前5个月出口萎缩3.1%", -3.1, "percent", ("-3.1", "as_rounded")),
        ("exports rose 3.1 percent", 3.1, "percent", ("3.1", "as_rounded")),
        ("扭转下滑态势增长3.1%", 3.1, "percent", ("3.1", "as_rounded")),
        ("减税降费带动出口增长3.1%", 3.1, "percent", ("3.1", "as_rounded")),
        ("出口遇冷3.1%", "-3.1", "percent", ("-3.1", "as_rounded")),
        ("出口走出+3.1%的曲线", "+3.1", "percent", ("3.1", "as_rounded")),
        ("较2020年同期增长4.8%", 4.8, "percent", ("4.8", "as_rounded")),
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
        ("figures.xlsx", b"PK\x03\x04broken", "完好的"),
        ("figures.xlsx", b"", "完好的"),
    ],
)
def test_other_files_are_told_what_to_be(book, name, content, word):
    with pytest.raises(ContractError, match=word):
        press.read_press(content, name, book)


OLD = b"\xd0\xcf\x11\xe0" + bytes(600)
ODS = b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
NUMBERS = b"PK\x03\x04" + bytes(26) + b"Index/Document.iwa" + bytes(90)
TYPED = "source_id,locator,indicator,entity,period\ntrade-2022,¶1,trade_value,CN-50,2021\n"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("old.xls", OLD, "旧格式 .xls"),
        ("old.csv", OLD, "旧格式 .xls"),
        ("libre.ods", ODS, "OpenDocument 的 .ods"),
        ("renamed.xlsx", ODS, "OpenDocument 的 .ods"),
        ("mac.numbers", NUMBERS, "Numbers 的 .numbers"),
        ("renamed.xlsx", NUMBERS, "Numbers 的 .numbers"),
        ("closed.xlsx", OLD + "EncryptedPackage".encode("utf-16-le"), "有密码的工作簿"),
        ("new.csv", b"PK\x03\x04", "压缩包"),
        ("page.xls", b"<html><table>", "网页"),
        ("tabs.csv", TYPED.replace(",", "\t").encode("utf-16"), "用制表符分隔"),
        ("semicolons.csv", TYPED.replace(",", ";").encode("gb18030"), "用分号分隔"),
        (
            "list.xlsx",
            workbook([{"a": "b"}], change=lambda sheet: setattr(sheet, "title", "x")),
            "",
        ),
    ],
)
def test_a_file_that_is_something_else_is_named_in_one_sentence(
    book, tmp_path, name, content, word
):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ContractError) as caught:
        readers.read_given([path], book, Said())
    (breach,) = caught.value.breaches
    assert word in breach.value


def test_a_sheet_is_as_large_as_it_is_filled(book):
    def formatted(sheet):
        sheet.cell(9000, 3).number_format = "@"
        sheet.cell(3, 140).number_format = "@"

    content = workbook([TOTAL], change=formatted)
    assert len(press.read_press(content, "figures.xlsx", book).observations) == 1


def test_every_code_of_the_template_has_a_name(book):
    sheet = openpyxl.load_workbook(io.BytesIO(press_template.template(book)))["代码"]
    columns = list(sheet.iter_cols(values_only=True))
    for codes, names in zip(columns[::2], columns[1::2], strict=True):
        assert names[0] == "中文名"
        assert [code for code, name in zip(codes, names, strict=True) if code and not name] == []


def test_rows_of_the_customs_query_in_a_workbook_are_the_rows_of_the_csv(book, tmp_path):
    """With its title above, as the platform's page is copied into Excel."""
    rows = customs_files.rows(("month", "commodity", "partner"), count=20)
    plain = customs_files.write(tmp_path, "出口.csv", rows, trailing=False)
    table = list(csv.reader(io.StringIO(plain.read_bytes().decode("gb18030"))))
    made = openpyxl.Workbook()
    made.active.append(["海关统计数据 出口"])
    for line in table:
        made.active.append(line)
    path = tmp_path / "rows.xlsx"
    made.save(path)
    said = Said(entity="CN-50")
    (read,) = readers.read_given([path], book, said)
    (wanted,) = readers.read_given([plain], book, said)
    held = [name for name in wanted.frame if name != "file"]
    assert read.frame[held].astype(str).equals(wanted.frame[held].astype(str))
    assert (read.flow, read.rows) == (wanted.flow, wanted.rows)
    assert any("海关统计数据 出口" in text for text in read.warnings)


PROVINCES = [
    ["（4）2026年10月进出口商品收发货人所在地总值表（人民币值）"],
    [*[None] * 9, "单位：亿元人民币"],
    ["收发货人所在地", "进出口", None, "出口", None, "进口", None, "累计比去年同期±%"],
    [None, *("10月", "1至10月") * 3, "进出口", "出口", "进口"],
    ["总值", 100.5, 1000.5, 60.0, 600.5, 40.5, 400.0, 3.6, 6.2, 0.1],
    ["重庆市", 10.5, "-", 6.0, 60.5, 4.5, 40.0, -3.6, 6.2, 0.1],
    ["  其中：两江新区", 10.5, 100.5, 6.0, 60.5, 4.5, 40.0, 3.6, 6.2, 0.1],
    ["注：收发货人所在地是指在海关注册的企业所在地。"],
]


def provinces(*, lines=PROVINCES):
    made = openpyxl.Workbook()
    for line in lines:
        made.active.append(line)
    for row in made.active.iter_rows(min_row=5):
        for cell in row:
            cell.number_format = "0.0"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_the_table_of_provinces_is_read_as_it_comes(book):
    read = published_tables.read_table(provinces(), "总值表.xlsx", book)
    rows = {row["locator"].split()[-1]: row for row in read.observations.to_dict("records")}
    assert len(rows) == 17
    wanted = {
        "C5": ("CN", "2026-01/2026-10", "ytd", "total", "level", "1000.5", "100M CNY"),
        "D6": ("CN-50", "2026-10", "period", "export", "level", "6.0", "100M CNY"),
        "H6": ("CN-50", "2026-01/2026-10", "ytd", "total", "yoy", "-3.6", "percent"),
        "J5": ("CN", "2026-01/2026-10", "ytd", "import", "yoy", "0.1", "percent"),
    }
    columns = ("entity", "period", "accumulation", "flow", "measure", "value", "unit")
    assert {at: tuple(rows[at][name] for name in columns) for at in wanted} == wanted
    assert any("其中：两江新区" in text for text in read.warnings)
    assert list(read.sources["outlet"]) == ["海关总署"]


@pytest.mark.parametrize(
    ("row", "column", "text", "words"),
    [
        (0, 0, "进出口商品收发货人所在地总值表", "年月"),
        (1, 9, None, "单位"),
        (3, 1, "11月", "看得懂的列名"),
        (4, 1, "见注", "读得懂"),
    ],
)
def test_a_table_of_provinces_that_is_not_understood_is_refused(book, row, column, text, words):
    lines = [list(line) for line in PROVINCES]
    lines[row][column] = text
    with pytest.raises(ContractError, match=words):
        published_tables.read_table(provinces(lines=lines), "总值表.xlsx", book)


PANEL = (
    "region_code,region_name,year,A060101_value,A060202_value,A0G0E01_value,A060101__source_code\n"
    "500000,重庆市,2031,104500000.0,52000000.0,1.5,A060101\n"
    "990000,某地,2031,1.0,1.0,1.0,A060101\n"
)


def test_the_panel_of_the_statistical_office_is_read(book):
    read = published_tables.read_table(PANEL.encode(), "panel.csv", book)
    columns = ["entity", "period", "flow", "basis", "value", "unit", "as_printed"]
    assert read.observations[columns].values.tolist() == [
        ["CN-50", "2031", "total", "traders_seat", "104500000", "1k USD", "104500000千美元"],
        ["CN-50", "2031", "export", "origin_destination", "52000000", "1k USD", "52000000千美元"],
    ]
    told = " ".join(read.warnings)
    assert all(word in told for word in ("A0G0E01_value", "990000", "千美元"))


def test_what_a_series_holds_is_there_already(book):
    line = "110000,北京市,2016,282348960.0,1.0\n"
    panel = "region_code,region_name,year,A060101_value,A060201_value\n" + line
    read = published_tables.read_table(panel.encode(), "panel.csv", book)
    found = press_plan.plan_figures(book, [read], "2026-12")
    assert (found.same, len(found.rows)) == (1, 1)


def test_two_bases_of_one_source_are_no_correction(root):
    rows = [TOTAL | {"basis": basis, "as_printed": printed} for basis, printed in
            (("traders_seat", "3000.5亿元"), ("origin_destination", "1500.5亿元"))]  # fmt: skip
    made, _ = add(root, put(root, rows))
    assert len(made.figures.rows) == 2
    assert made.figures.revised == ()


def test_hidden_rows_are_taken_and_told(book):
    def hide(sheet):
        sheet.row_dimensions[2].hidden = True

    found = press.read_press(workbook([TOTAL], change=hide), "figures.xlsx", book)
    assert len(found.observations) == 1
    assert any("隐藏" in text for text in found.warnings)


def test_a_hidden_sheet_and_filtered_rows_are_taken_and_told(book):
    def hide(sheet):
        sheet.auto_filter.ref = "A1:I4"
        sheet.auto_filter.add_filter_column(5, ["total"])
        for number in (3, 4):
            sheet.row_dimensions[number].hidden = True
        sheet.column_dimensions["F"].hidden = True
        sheet.column_dimensions["J"].hidden = True
        sheet.parent.create_sheet("备忘")
        sheet.sheet_state = "hidden"

    found = press.read_press(workbook([TOTAL] * 3, change=hide), "figures.xlsx", book)
    assert len(found.observations) == 3
    sheet, columns, rows = found.warnings
    assert "表 observations 是隐藏的，照收" in sheet
    assert "表 observations 列 flow 是隐藏的，照收" in columns
    assert "第3、4行是隐藏的（表上有筛选），照收" in rows


def test_a_remark_below_the_figures_is_told_in_one_line(book):
    remark, below = {"note": "备注：以上为初步数"}, {"locator": "合计", "as_printed": "9001.5亿元"}
    content = workbook([TOTAL | {"note": ""}, {}, remark, below])
    with pytest.raises(ContractError, match=r"I4.*备注：以上为初步数.*不是数的，删去") as caught:
        press.read_press(content, "figures.xlsx", book)
    assert [(item.row, item.column) for item in caught.value.breaches] == [
        (4, "note"),
        (5, "locator"),
    ]


NEW_SOURCE = {"source_id": "a", "title": "外贸", "outlet": "重庆海关"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2021/6/10", "2021-06-10"),
        ("2021.06.10", "2021-06-10"),
        ("2021年6月10日", "2021-06-10"),
        ("2021年6月", "2021-06"),
        ("2021", "2021"),
        ("2021-13-01", ""),
        ("2021-02-30", ""),
        ("6月10日", ""),
        ("2099-01-01", ""),
        (str(datetime.date.today().year + 1), ""),
    ],
)
def test_the_day_of_a_source_is_read_or_refused_where_it_is_typed(book, typed, read):
    first, second = NEW_SOURCE | {"published": ""}, {"source_id": "b", "published": typed}
    rows = [TOTAL | {"source_id": "b"}]
    content = workbook(rows, sources=[first, first | second])
    if read:
        source = press.read_press(content, "figures.xlsx", book).sources.iloc[1]
        size = {10: "day", 7: "month", 4: "year"}[len(read)]
        assert (source["published"], source["date_precision"]) == (read, size)
        return
    with pytest.raises(ContractError, match=r"表 sources 单元格 D3（第3行，列 published）"):
        press.read_press(content, "figures.xlsx", book)


def test_what_breaks_the_contract_of_sources_is_told_where_it_is_typed(root):
    source = NEW_SOURCE | {"date_precision": "week"}
    path = put(root, [TOTAL | {"source_id": "a"}], sources=[source])
    told = r"figures\.xlsx：表 sources .*第2行，列 date_precision"
    with pytest.raises(ContractError, match=told):
        add(root, path)


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


def test_two_values_of_one_thing_in_one_file_correct_nothing(root):
    wrong = TOTAL | {"as_printed": "3001.5亿元"}
    with pytest.raises(ContractError) as caught:
        add(root, put(root, [TOTAL, wrong]))
    (breach,) = caught.value.breaches
    assert (breach.row, breach.column, breach.value) == (3, "as_printed", "3001.5亿元")
    assert "第2行的 3000.5亿元" in breach.expected_zh
    # the second of two files names the first
    first, second = put(root, [TOTAL], "a.csv"), put(root, [wrong], "b.csv")
    with pytest.raises(ContractError, match=r"b\.csv：.*a\.csv 第2行"):
        add(root, first, second)
    # the same twice is one, and a rounder print no other
    made, _ = add(root, put(root, [TOTAL, TOTAL, TOTAL | {"as_printed": "超3000亿元"}]))
    assert (len(made.figures.rows), made.figures.same) == (2, 1)
    assert not made.figures.revised


def test_a_value_without_its_basis_is_no_other_than_that_of_the_same_source(root):
    row = TOTAL | {"period": "2022", "as_printed": "8258.4亿元"}
    with pytest.raises(ContractError, match=r"列 basis.*trade-2022.total（8158.4亿元）不同的事"):
        add(root, put(root, [row]))
    made, _ = add(root, put(root, [row | {"supersedes": "trade-2022.total"}]))
    assert len(made.figures.revised) == 1


def test_exports_above_the_total_are_refused(root):
    wrong = TOTAL | {"flow": "export", "as_printed": "3000.7亿元"}
    with pytest.raises(ContractError, match="部分不超过总数") as caught:
        add(root, put(root, [TOTAL, wrong]))
    assert [breach.row for breach in caught.value.breaches] == [3]


def sheet_of(rows, title):
    def change(sheet):
        other = sheet.parent.create_sheet(title)
        for row in rows:
            other.append(row)

    return change


def test_a_second_sheet_of_figures_is_refused_and_others_are_told(book):
    second = sheet_of([list(TOTAL), list(TOTAL.values())], "observations (2)")
    with pytest.raises(ContractError, match=r"“observations \(2\)”.*有1行"):
        press.read_press(workbook([TOTAL], change=second), "figures.xlsx", book)
    memo = sheet_of([["看过"], ["改过"]], "备忘")
    read = press.read_press(workbook([TOTAL], change=memo), "figures.xlsx", book)
    assert [text for text in read.warnings if "“备忘”（2行）没有读" in text]
    filled = press_template.filled(book, [press_template.Row(TOTAL, {}, {})], [])
    assert not press.read_press(filled, "figures.xlsx", book).warnings


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
    assert "gb18030，出口，美元，重庆市，2024年1月" in words
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


def test_a_total_that_contradicts_another_source_is_told(root):
    add(root, put(root, SIDES))
    for printed in PRINTED:
        row = FIVE_MONTHS | {"as_printed": printed, "source_id": "auto-export-2023"}
        told = [line for line in shown(root, row) if "矛盾 | contradicts" in line]
        assert len(told) == (printed != PRINTED[0]), printed
        unit = "万元" if "万" in printed else "亿元"
        for line in told:
            assert "所印 " + printed in line
            assert f"推算 320{'070' if unit == '万元' else '0.7'}" in line
            assert f"{unit}（trade-2022." in line


def test_another_order_of_magnitude_than_last_year_is_told(root):
    # 2020: 4187.5 亿元 of exports
    row = TOTAL | {"period": "2019", "flow": "export", "basis": "customs"}
    lines = [li for li in shown(root, row | {"as_printed": "37120.0亿元"}) if "数量级" in li]
    assert any("4187.5亿元" in line for line in lines)
    assert not [li for li in shown(root, row | {"as_printed": "3712.0亿元"}) if "数量级" in li]


def test_another_order_of_magnitude_than_the_total_is_told(root):
    exports = TOTAL | {"flow": "export", "as_printed": "2000.5万元"}
    lines = [line for line in shown(root, TOTAL, exports) if "数量级" in line]
    assert any("2021年1—5月进出口额 3000.5亿元" in line for line in lines)


#: A source of today, and what it prints of ten months.
TODAY = NEW_SOURCE | {"source_id": "now", "published": "2026-11-18"}
TEN_MONTHS = TOTAL | {"source_id": "now", "period": "2026-01/2026-10", "basis": "customs"}
TEN_MONTHS |= {"as_printed": "7300.5亿元"}
TEN_EXPORTS = TEN_MONTHS | {"flow": "export", "as_printed": "5100.2亿元"}
TEN_IMPORTS = TEN_MONTHS | {"flow": "import", "as_printed": "2200.3亿元"}
TEN_LAPTOPS = TEN_EXPORTS | {"breakdown": "product=laptop", "as_printed": "1100.3亿元"}
GROWTH = TEN_MONTHS | {"measure": "yoy", "as_printed": "增长9.5%"}
DISTRICT = {"entity": "渝北", "period": "2025", "basis": "district_customs"}
ODD = {
    "more in eleven months than in the year": (
        [TEN_MONTHS | {"period": "2025-01/2025-11", "as_printed": "8500亿元"}],
        [TEN_MONTHS | {"period": "2025-01/2025-11", "as_printed": "7500亿元"}],
        ["长的时段反而少：2025年 8006.8亿元（", "其中的 2025年1—11月 8500亿元："],
    ),
    "less in ten months than in nine": (
        [TEN_MONTHS | {"period": "2025-01/2025-10", "as_printed": "5500亿元"}],
        [TEN_MONTHS | {"period": "2025-01/2025-10", "as_printed": "6500亿元"}],
        ["长的时段反而少：2025年1—10月 5500亿元，其中的 2025年1—9月 5819.8亿元（"],
    ),
    "a zone above its city": (
        [TEN_MONTHS | {"entity": "zone-liangjiang", "period": "2025", "as_printed": "9000亿元"}],
        [TEN_MONTHS | {"entity": "zone-liangjiang", "period": "2025", "as_printed": "900亿元"}],
        ["比所在的重庆市还多：2025年 9000亿元，重庆市 2025年 8006.8亿元（"],
    ),
    "a district above its city, counted another way": (
        [TEN_MONTHS | DISTRICT | {"as_printed": "9000亿元"}],
        [TEN_MONTHS | DISTRICT | {"as_printed": "900亿元"}],
        ["比所在的重庆市还多：2025年 9000亿元，重庆市 2025年 8006.8亿元（"],
    ),
    "a share that the levels do not give": (
        [TEN_EXPORTS, TEN_LAPTOPS, TEN_LAPTOPS | {"measure": "share", "as_printed": "占41.6%"}],
        [TEN_EXPORTS, TEN_LAPTOPS, TEN_LAPTOPS | {"measure": "share", "as_printed": "占21.6%"}],
        ["占比：2026年1—10月 41.6%，可 2026年1—10月 1100.3亿元 占", "5100.2亿元 的21.57%"],
    ),
    "dollars": (
        [TEN_MONTHS | {"as_printed": "7300.5亿美元"}],
        [TEN_MONTHS | {"as_printed": "1030.5亿美元"}],
        ["货币：2026年1—10月 7300.5亿美元 是美元，书中的是人民币（2025年 8006.8亿元（"],
    ),
    "another growth than the levels leave": (
        [TEN_MONTHS, GROWTH | {"as_printed": "增长95%"}],
        [TEN_MONTHS, GROWTH],
        ["增速：2026年1—10月 95%，可 2026年1—10月 7300.5亿元 和上年的", "只容得下−14%—33%"],
    ),
    "exports and imports swapped": (
        [TEN_EXPORTS | {"flow": "import"}, TEN_IMPORTS | {"flow": "export"}],
        [TEN_EXPORTS, TEN_IMPORTS],
        ["流向：出口 2026年1—10月 2200.3亿元、进口 2026年1—10月 5100.2亿元；此前是出口 2025年"],
    ),
    "a quarter of what a year has": (
        [TEN_MONTHS | {"period": "2026-Q1"}],
        [TEN_MONTHS | {"period": "2026-Q1", "as_printed": "2100.5亿元"}],
        ["数量级", "2025年进出口额 8006.8亿元"],
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_may_be_true_and_is_odd_is_told_below_it(root, odd):
    wrong, right, words = ODD[odd]
    head = words[0][: words[0].find("：")] if "：" in words[0] else words[0]
    lines = shown(root, *wrong, sources=[TODAY])
    told = [line for line in lines if line.startswith("    ") and head in line]
    assert len(told) == 1
    for word in words:
        assert word in told[0]
    lines = shown(root, *right, sources=[TODAY])
    assert not [line for line in lines if "注意 | note" in line or "数量级" in line]


def test_a_growth_against_the_figure_of_the_year_before_is_told_with_what_it_must_have_been(root):
    nine = {"period": "2026-01/2026-09"}
    level = TEN_MONTHS | nine | {"as_printed": "6400.5亿元"}
    rows = [level, GROWTH | nine | {"as_printed": "增长10.0%"}]
    told = [line for line in shown(root, *rows, sources=[TODAY]) if "增速" in line]
    assert not told
    rows[1] = rows[1] | {"as_printed": "增长95%"}
    (told,) = [line for line in shown(root, *rows, sources=[TODAY]) if "矛盾 | contradicts" in line]
    assert "增速与上年公布值：所印 95%" in told
    assert "推算 9.976%—9.980%" in told


def test_a_correction_of_a_series_is_of_the_same_thing(whole):
    nation = {"indicator": "auto_exports", "entity": "CN", "basis": "caam", "flow": "export"}
    row = TEN_MONTHS | nation | {"period": "2023-10", "breakdown": "vehicle=nev"}
    row |= {"as_printed": "12.5万辆", "supersedes": "caam-exports.2023-10-period-nev"}
    lines = shown(whole, row, sources=[TODAY])
    assert [line for line in lines if line.startswith("  更正") and "12.5万辆" in line]
    with pytest.raises(ContractError, match=r"列 supersedes.*说的是另一件事（breakdown 那里是“"):
        shown(whole, row | {"breakdown": ""}, sources=[TODAY])


def test_a_correction_of_another_thing_is_refused(root):
    row = TEN_MONTHS | {"period": "2025", "supersedes": "os-20260126-163-com.r002-trade-value"}
    told = r"列 supersedes.*5587\.3亿元，说的是另一件事（flow 那里是“export”）"
    with pytest.raises(ContractError, match=told):
        shown(root, row, sources=[TODAY])


def test_a_month_that_had_not_ended_when_it_was_printed_is_told(root):
    new = {"source_id": "a", "title": "外贸", "outlet": "重庆海关", "published": "2021-06-10"}
    row = TOTAL | {"source_id": "a", "period": "2021-06"}
    assert [line for line in shown(root, row, sources=[new]) if "2021年6月还没有结束" in line]
    past = row | {"period": "2021-05"}
    assert not [line for line in shown(root, past, sources=[new]) if "还没有结束" in line]
    with pytest.raises(ContractError, match=r"列 period.*已经结束的时期"):
        shown(root, row | {"period": "2021"}, sources=[new])


def test_each_figure_is_shown_as_it_was_read(root):
    growth = TOTAL | {"measure": "yoy", "as_printed": "下降2.5%", "flow": "import"}
    floor = TOTAL | {"as_printed": "超3000亿元", "basis": "customs"}
    lines = shown(root, floor, growth)
    (level,) = [line for line in lines if "figures.xlsx A2" in line]
    assert "重庆市2021年1—5月（年内累计）进出口额为超3000亿元，即3000亿元以上；" in level
    assert "公布，海关口径，限定词“超”；原印“超3000亿元”。" in level
    (rate,) = [line for line in lines if "figures.xlsx A3" in line]
    assert "进口额同比下降2.5%，即" in rate
    assert "无限定词" in rate
    assert "-2.55" in rate or "−2.55" in rate
    assert "未写口径" in rate


def test_what_a_figure_contradicts_stands_below_it(root):
    add(root, put(root, SIDES))
    other = TOTAL | {"source_id": "auto-export-2023", "period": "2018"}
    wrong = FIVE_MONTHS | {"as_printed": "3300.7亿元", "source_id": "auto-export-2023"}
    lines = shown(root, wrong, other)
    place = next(number for number, line in enumerate(lines) if "figures.xlsx A2" in line)
    assert "矛盾 | contradicts" in lines[place + 1]
    assert "figures.xlsx A3" in lines[place + 2]


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
    lacking = {key for key, text in known.texts.items() if text == "没有查到"}
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
        ((total,),) = link.execute("SELECT sum(value) FROM detail WHERE flow = 'export'").fetchall()
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
