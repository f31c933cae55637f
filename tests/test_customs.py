"""Files of the customs query in every form, each fault with its message, and the store."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import customs_files as files
import pytest
from conftest import SHARED

from cqbook.data import customs_parts
from cqbook.data.catalog import Catalog
from cqbook.data.customs_store import ROW_KEY, SUMS_IN_SQL, Detail, unsummed
from cqbook.data.embedded import database
from cqbook.disk import atomic
from cqbook.errors import ContractError, DataError
from cqbook.intake import customs_batch, customs_csv, customs_format
from cqbook.intake.customs_format import Said


@pytest.fixture(scope="module")
def codes(book):
    return customs_format.known_codes(book)


def read(path, codes, **said):
    return customs_csv.read_file(path, codes, Said(**said))


ROWS = files.rows()
OTHERS = files.rows(seed=2)
FLOWS = ((0, "出口"), (1, "进口"))

FORMS = [
    {"encoding": encoding, "newline": newline, "trailing": trailing, "headings": headings}
    for encoding in ("gb18030", "gbk", "utf-8", "utf-8-sig", "utf-16")
    for newline in ("\r\n", "\n")
    for trailing in (True, False)
    for headings in (files.ZH, files.EN)
]


@pytest.mark.parametrize(
    "form", FORMS, ids=lambda form: "-".join(repr(part)[:9] for part in form.values())
)
def test_every_form_reads_to_the_same(tmp_path, codes, form):
    plain = read(files.write(tmp_path, "出口.csv", ROWS), codes).frame
    made = read(files.write(tmp_path, "出口2.csv", ROWS, **form), codes)
    assert made.frame.drop(columns="file").equals(plain.drop(columns="file"))
    assert made.rows == len(ROWS)
    assert made.language == ("en" if form["headings"] is files.EN else "zh")


def test_what_is_read(tmp_path, codes):
    made = read(files.write(tmp_path, "chongqing_exports.csv", ROWS), codes)
    frame = made.frame
    first = ROWS[0]
    assert len(frame) == len(ROWS)
    assert frame.loc[0, "commodity"] == first["commodity"]
    assert frame.loc[0, "value"] == float(first["USD"].replace(",", ""))
    assert set(frame["flow"]) == {"export"}
    assert set(frame["entity"]) == {"CN-50"}
    assert set(frame["dims"]) == {"commodity;partner;regime"}
    assert made.periods == ["2024-01", "2024-02"]
    assert made.currency == "USD"
    missing = [row["quantity_2"] in ("", "?", "-") for row in ROWS]
    assert list(frame["quantity_2"].isna()) == missing
    assert any(missing)
    assert (frame["commodity"] == "01012100").any(), "a leading zero stays"


@pytest.mark.parametrize(
    ("ticked", "said"),
    [
        (("month", "commodity"), {"entity": "CN"}),
        (("commodity", "partner"), {"entity": "CN-50", "period": "2024"}),
        (("partner", "province"), {"period": "2024-01/2024-09"}),
        (("month", "regime", "province"), {}),
        (files.ALL, {}),
    ],
)
@pytest.mark.parametrize("currency", ["USD", "CNY"])
def test_only_what_was_ticked_appears(tmp_path, codes, ticked, said, currency):
    made = files.rows(ticked, count=12, currency=currency)
    export = read(files.write(tmp_path, "进口.csv", made, reverse=True), codes, **said)
    dims = [name for name in ("commodity", "partner", "regime") if name in ticked]
    assert export.dims == ";".join(dims)
    assert export.currency == currency
    assert export.flow == "import"
    assert len(export.frame) == 12
    if "month" not in ticked:
        assert export.periods == [said["period"]]
    absent = {"commodity", "partner", "regime"} - set(dims)
    assert bool(absent) == any("合计" in text for text in export.warnings)


def test_both_english_spellings(tmp_path, codes):
    headings = files.EN | {"quantity_2": "Supplementary Quantity", "unit_2": "Supplementary Unit"}
    one = read(files.write(tmp_path, "cq_export.csv", ROWS, headings=files.EN), codes)
    two = read(files.write(tmp_path, "cq_exports.csv", ROWS, headings=headings), codes)
    assert two.frame.drop(columns="file").equals(one.frame.drop(columns="file"))


def test_a_name_may_hold_line_breaks(tmp_path, codes):
    made = [row | {"commodity_name": "机坪\n客车"} for row in ROWS]
    export = read(files.write(tmp_path, "出口.csv", made), codes)
    assert len(export.frame) == len(ROWS)
    assert "机坪 客车" in set(export.labels["name"])


def test_the_real_sample_reads(codes):
    path = SHARED / "samples" / "customs_query_import_2024_crude_usd.gb18030.csv"
    if not path.exists():
        pytest.skip("the platform's own sample is not here (../shared/samples)")
    export = read(path, codes, entity="CN")
    assert export.flow == "import"
    assert export.encoding == "gb18030"
    assert len(export.frame) == 12
    assert export.frame["value"].iloc[0] == 25_878_542_731


def with_cell(column, value, row=0):
    made = [dict(item) for item in ROWS]
    made[row][column] = value
    return made


NO_MONTH = files.rows(("commodity", "province"), count=5)
NO_PLACE = files.rows(("month", "commodity"), count=5)

FAULTS = {
    "flow unknown": ("data.csv", ROWS, {}, ["flow", "--flow", "只写“出口”或“进口”"]),
    "flow of the name is mixed": ("进口与出口.csv", ROWS, {}, ["flow"]),
    "flow contradicts the name": ("出口.csv", ROWS, {"flow": "import"}, ["import、export"]),
    "no such flow": ("data.csv", ROWS, {"flow": "out"}, ["“out”", "export 或 import"]),
    "period unknown": ("出口.csv", NO_MONTH, {}, ["period", "数据年月", "--period"]),
    "period malformed": ("出口.csv", NO_MONTH, {"period": "2024年"}, ["period", "“2024年”"]),
    "period beside months": ("出口.csv", ROWS, {"period": "2024"}, ["文件自己有数据年月"]),
    "whose unknown": ("出口.csv", NO_PLACE, {}, ["entity", "注册地", "--entity"]),
    "whose malformed": ("出口.csv", NO_PLACE, {"entity": "50"}, ["entity", "“50”"]),
    "whose beside 注册地": ("出口.csv", ROWS, {"entity": "CN"}, ["文件自己有注册地"]),
    "bad month": (
        "出口.csv", with_cell("month", "202413", 2), {}, ["第3行", "数据年月", "“202413”"],
    ),
    "lost zero": (
        "出口.csv", with_cell("commodity", "1012100"), {}, ["第1行", "“1012100”", "Excel", "zero"],
    ),
    "bad code": ("出口.csv", with_cell("commodity", "8703A"), {}, ["“8703A”", "2、4、6或8位"]),
    "bad partner": ("出口.csv", with_cell("partner", "美国"), {}, ["“美国”", "3位编码"]),
    "bad regime": ("出口.csv", with_cell("regime", "1"), {}, ["贸易方式编码", "2位编码"]),
    "bad 注册地": ("出口.csv", with_cell("province", "99"), {}, ["注册地编码", "“99”"]),
    "bad number": ("出口.csv", with_cell("USD", "12万"), {}, ["列 美元", "“12万”", "千分位"]),
    "bad thousands": ("出口.csv", with_cell("USD", "1,23"), {}, ["“1,23”"]),
    "bad quantity": ("出口.csv", with_cell("quantity_1", "n/a"), {}, ["第一数量", "“n/a”"]),
    "totals": ("出口.csv", with_cell("commodity", "合计"), {}, ["“合计”", "去掉合计行"]),
    "totals by month": ("出口.csv", with_cell("month", "总计"), {}, ["数据年月", "去掉合计行"]),
    "totals by name": (
        "出口.csv", with_cell("commodity_name", "合计", 3), {}, ["第4行", "商品名称", "去掉合计行"],
    ),
    "totals by place": ("出口.csv", with_cell("province", "合计"), {}, ["注册地", "去掉合计行"]),
    "both flows in one word": ("重庆进出口.csv", ROWS, {}, ["flow", "--flow"]),
    "both flows, short": ("进、出口.csv", ROWS, {}, ["flow", "--flow"]),
    "open period": ("出口.csv", NO_MONTH, {"period": "/2024"}, ["period", "“/2024”"]),
    "months to come": (
        "出口.csv",
        ROWS,
        {"retrieved": "2023-12-05"},
        ["第1行", "数据年月", "不晚于查询之月 2023-12"],
    ),
    "no date": ("出口.csv", ROWS, {"retrieved": "上周"}, ["retrieved", "“上周”", "2025-02-01"]),
    "full-width code": (
        "出口.csv", with_cell("commodity", "８７０３"), {}, ["“８７０３”", "位编码"],
    ),
    "full-width month": ("出口.csv", with_cell("month", "20２４01"), {}, ["“20２４01”", "年月"]),
    "full-width number": ("出口.csv", with_cell("USD", "１２３"), {}, ["列 美元", "“１２３”"]),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=FAULTS)
def test_each_fault_has_its_message(tmp_path, codes, fault):
    name, made, said, words = FAULTS[fault]
    path = files.write(tmp_path, name, made)
    with pytest.raises(ContractError) as caught:
        read(path, codes, **said)
    for word in [name, *words]:
        assert word in str(caught.value)


def test_all_faults_of_a_file_are_told_at_once(tmp_path, codes):
    made = with_cell("USD", "x", 1)
    made[4]["month"] = "2024"
    with pytest.raises(ContractError) as caught:
        read(files.write(tmp_path, "data.csv", made), codes)
    assert {breach.column for breach in caught.value.breaches} == {"flow", "数据年月", "美元"}


def test_a_file_that_the_platform_cut(tmp_path, codes):
    made = [ROWS[0]] * 10_000
    with pytest.raises(ContractError, match="10000行") as caught:
        read(files.write(tmp_path, "出口.csv", made), codes)
    assert "按月" in str(caught.value)
    assert "query by month" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "有表头"),
        ("\ufeff".encode(), "有表头"),
        (b"<!DOCTYPE html><html>error</html>", "网页"),
        ("数据年月,商品编码,美元\n".encode(), "至少一行"),
        ("数据年月,商品编码,美员\n202401,01012100,1\n".encode(), "是不是 美元"),
        ("数据年月,商品编码\n202401,01012100\n".encode(), "恰好一列金额"),
        ("数据年月,商品编码,美元,人民币\n202401,01012100,1,7\n".encode(), "恰好一列金额"),
        ("数据年月,数据年月,美元\n202401,202401,1\n".encode(), "只有一列"),
        ("数据年月,商品名称,美元\n202401,马,1\n".encode(), "只能按编码连接"),
        ("数据年月,商品编码,美元\n202401,01012100,1,2,3\n".encode(), "5列"),
        ('数据年月,商品编码,美元\n202401,"01012100,1\n'.encode(), "引号成对"),
        ("数据年月,商品编码,美元\n202401".encode() + b"\xff\xff,1\n", "UTF-8 或 GB18030"),
    ],
)
def test_what_is_no_such_file(tmp_path, codes, content, word):
    path = tmp_path / "出口.csv"
    path.write_bytes(content)
    with pytest.raises(ContractError, match=word):
        read(path, codes, entity="CN")


@pytest.mark.parametrize(
    "lines", [["海关统计数据 出口 2024年"], ["", "海关统计", "重庆市,,", "出口", ""]]
)
def test_a_title_above_the_heading_is_left_out_and_told(tmp_path, codes, lines):
    plain = read(files.write(tmp_path, "出口.csv", ROWS), codes).frame
    path = tmp_path / "rows.csv"
    path.write_text("\n".join([*lines, files.text_of(ROWS)]), encoding="utf-8")
    # the flow is what the title says, where nothing else says one
    made = read(path, codes)
    assert made.flow == "export"
    assert made.frame.drop(columns="file").equals(plain.drop(columns="file"))
    assert any("表头以上的“海关统计" in text and "出口" in text for text in made.warnings)
    assert read(path, codes, flow="import").flow == "import"


def test_without_a_heading_the_first_line_is_told(tmp_path, codes):
    path = tmp_path / "出口.csv"
    path.write_text("日期,摘要,美员\n" * 9, encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        read(path, codes)
    assert {breach.value for breach in caught.value.breaches} >= {"日期", "摘要", "美员"}


@pytest.mark.parametrize(("word", "flow"), [("出口", "export"), ("进口", "import")])
def test_a_flow_may_be_said_in_chinese(tmp_path, codes, word, flow):
    path = files.write(tmp_path, "data.csv", ROWS)
    assert read(path, codes, flow=word).flow == flow


def test_rows_without_a_value_are_counted_and_said_to_be_missing(tmp_path, codes):
    made = [dict(row) for row in ROWS]
    made[2]["USD"], made[5]["USD"], made[7]["quantity_1"] = "-", "", "?"
    export = read(files.write(tmp_path, "出口.csv", made), codes)
    told = [text for text in export.warnings if "作为缺数收入，不当作零" in text]
    assert len(told) == 2
    assert "“美元”有2行是空白、“-”" in told[0]
    assert "“第一数量”有1行是“?”" in told[1]
    assert export.frame["value"].isna().sum() == 2
    assert not [
        text
        for text in read(files.write(tmp_path, "出口.csv", ROWS), codes).warnings
        if "缺数" in text
    ]


def test_a_bad_column_is_one_line(tmp_path, codes):
    made = [row | {"month": "Jan-24"} for row in ROWS]
    with pytest.raises(ContractError) as caught:
        read(files.write(tmp_path, "出口.csv", made), codes)
    assert len(caught.value.breaches) == len(ROWS)
    _, *lines = str(caught.value).splitlines()
    (line,) = lines
    assert line.startswith(f"×{len(ROWS)}（第1、2、3、4、5、6、7、8、9、10……行）出口.csv：第1行")


def test_a_repeated_row_is_one_and_a_contradiction_is_refused(tmp_path, codes):
    export = read(files.write(tmp_path, "出口.csv", [*ROWS, ROWS[3]]), codes)
    assert len(export.frame) == len(ROWS)
    assert any("1行与另一行相同" in text for text in export.warnings)
    other = ROWS[3] | {"USD": "1", "quantity_1": "8,000"}
    with pytest.raises(ContractError, match="同一项只有一个值") as caught:
        read(files.write(tmp_path, "出口2.csv", [*ROWS, other]), codes)
    told = {(breach.row, breach.column, breach.value) for breach in caught.value.breaches}
    last = len(ROWS) + 1
    assert told == {(last, "美元", "1"), (last, "第一数量", "8,000")}
    assert f"与第4行的“{ROWS[3]['USD']}”相同" in str(caught.value)


def test_a_file_full_of_contradictions_is_refused_quickly(tmp_path, codes):
    made = [
        {"month": "202401", "commodity": f"{10_000_000 + number // 2}", "USD": f"{number}"}
        for number in range(9_000)
    ]
    path = files.write(tmp_path, "出口.csv", made)
    start = time.monotonic()
    with pytest.raises(ContractError, match="4500处"):
        read(path, codes, entity="CN")
    assert time.monotonic() - start < 5


def test_a_line_of_white_space_is_blank(tmp_path, codes):
    path = files.write(tmp_path, "出口.csv", ROWS)
    path.write_bytes(path.read_bytes() + b"  \r\n\t\r\n")
    assert read(path, codes).rows == len(ROWS)


def test_a_label_is_of_the_last_month_that_has_it(tmp_path, codes):
    made = [dict(row) for row in ROWS]
    made.sort(key=lambda row: row["month"], reverse=True)
    for row in made:
        row["commodity_name"] = {"202401": "旧名", "202402": "新名"}[row["month"]]
    # a repeated row comes before: labels must not slip against periods
    labels = read(files.write(tmp_path, "出口.csv", [made[0], *made]), codes).labels
    labels = labels[labels["dimension"] == "commodity"].set_index("code")
    last = {}
    for row in made:
        last[row["commodity"]] = max(last.get(row["commodity"], ""), row["month"])
    assert set(last.values()) == {"202401", "202402"}
    for code, month in last.items():
        found = labels.loc[code]
        assert found["period"] == f"{month[:4]}-{month[4:]}"
        assert found["name"] == {"202401": "旧名", "202402": "新名"}[month]


def test_unknown_partners_warn_and_stay(tmp_path, codes):
    export = read(files.write(tmp_path, "出口.csv", with_cell("partner", "998")), codes)
    assert "998" in set(export.frame["partner"])
    assert any("998" in text for text in export.warnings)


def test_a_sidecar_says_what_the_file_does_not(tmp_path, codes):
    path = files.write(tmp_path, "data.csv", files.rows(("commodity",), count=4))
    beside = path.with_name("data.csv.json")
    said = {"flow": "import", "entity": "CN-50", "period": "2024", "retrieved": "2025-02-01"}
    beside.write_text(json.dumps(said), encoding="utf-8")
    export = read(path, codes)
    assert (export.flow, export.entities, export.periods) == ("import", ["CN-50"], ["2024"])
    assert export.retrieved == "2025-02-01"
    with pytest.raises(ContractError, match="import"):
        read(path, codes, flow="export")
    for text, word in (("{", "JSON"), ('{"flows": "x"}', "flows"), ("[]", "JSON 对象")):
        beside.write_text(text, encoding="utf-8")
        with pytest.raises(ContractError, match=word):
            read(path, codes)


def test_recognised_by_its_heading_in_any_encoding(tmp_path):
    for form in FORMS:
        content = files.write(tmp_path, "x.csv", ROWS, **form).read_bytes()
        assert customs_csv.is_customs_query(content)
    assert customs_csv.is_customs_query("数据年月,商品编码,美元\r202401,0101,1\r".encode())
    # no picture, no archive makes it stumble
    assert not customs_csv.is_customs_query(b'\x89PNG\rab"c\r\n')
    assert not customs_csv.is_customs_query(b"indicator,period,as_printed\n")
    assert not customs_csv.is_customs_query(b"\x00\x01\x02")


# --- the store


@pytest.fixture
def store(tmp_path):
    return Detail(tmp_path / "data" / "customs")


def add(store, *exports):
    planned = customs_batch.plan_batch(store, exports)
    customs_batch.write_batch(store, planned)
    return planned


def values(store, view="detail"):
    with store.connect() as link:
        return link.execute(f"SELECT * FROM {view} ORDER BY ALL").df()


def test_an_empty_store_has_empty_views(store):
    assert not store.exists
    assert store.digest == ""
    assert values(store).empty
    assert list(values(store).columns)[:3] == ["flow", "period", "entity"]
    assert values(store, "labels").empty


def test_what_goes_in_comes_out(tmp_path, codes, store):
    export = read(files.write(tmp_path, "出口.csv", ROWS), codes)
    planned = add(store, export)
    assert (planned.new, planned.same, len(planned.revised)) == (len(ROWS), 0, 0)
    found = values(store)
    assert found["value"].sum() == export.frame["value"].sum()
    assert set(found["commodity"]) == set(export.frame["commodity"])
    assert store.files["name"].tolist() == ["出口.csv"]
    assert add(store, export).known == ("出口.csv",)
    assert store.index["batch"] == 1, "a known file makes no batch"


def test_one_file_is_not_exports_and_imports(tmp_path, codes, store):
    add(store, read(files.write(tmp_path, "出口.csv", ROWS), codes))
    with pytest.raises(DataError, match=r"内容相同.*export.*import"):
        customs_batch.plan_batch(store, [read(files.write(tmp_path, "进口.csv", ROWS), codes)])


def test_overlaps_same_is_one_and_other_is_a_revision(tmp_path, codes, store):
    add(store, read(files.write(tmp_path, "出口1.csv", ROWS), codes))
    more = [*ROWS[:10], *files.rows(months=("202403",), count=5)]
    more[2] = more[2] | {"USD": "77"}
    planned = add(store, read(files.write(tmp_path, "出口2.csv", more), codes))
    assert (planned.new, planned.same) == (5, 9)
    (row,) = planned.revised.to_dict("records")
    assert row["value"] == 77
    assert row["old_value"] == float(ROWS[2]["USD"].replace(",", ""))
    assert len(values(store)) == len(ROWS) + 5
    assert len(values(store, "vintages")) == len(ROWS) + 6
    assert (values(store)["value"] == 77).sum() == 1


def test_two_files_of_one_add_that_differ(tmp_path, codes, store):
    one = files.write(tmp_path, "出口1.csv", ROWS)
    two = files.write(tmp_path, "出口2.csv", with_cell("USD", "5"))
    planned = add(store, read(one, codes), read(two, codes))
    assert len(planned.revised) == 1
    assert planned.revised.loc[0, "value"] == 5


def test_the_order_of_retrieval_goes_before_the_order_given(tmp_path, codes, store):
    late = read(files.write(tmp_path, "出口1.csv", ROWS), codes, retrieved="2025-02")
    early = read(
        files.write(tmp_path, "出口2.csv", with_cell("USD", "5")), codes, retrieved="2025-01"
    )
    planned = add(store, late, early)
    assert planned.revised.loc[0, "old_value"] == 5
    older = read(
        files.write(tmp_path, "出口3.csv", with_cell("USD", "6")), codes, retrieved="2024-12"
    )
    with pytest.raises(DataError, match=r"出口3\.csv.*2024-12"):
        customs_batch.plan_batch(store, [older])


@pytest.mark.parametrize("gone", ["column", "figure"])
def test_a_file_without_quantities_takes_none_away(tmp_path, codes, store, gone):
    add(store, read(files.write(tmp_path, "出口1.csv", ROWS), codes))
    before = values(store)
    bare = [
        {name: cell for name, cell in row.items() if not name.startswith(("quantity", "unit"))}
        if gone == "column"
        else row | {"quantity_1": "?"}
        for row in ROWS
    ]
    planned = add(store, read(files.write(tmp_path, "出口2.csv", bare), codes))
    assert (planned.new, planned.same, len(planned.revised)) == (0, len(ROWS), 0)
    assert values(store).equals(before)


def test_quantities_that_come_later_are_taken(tmp_path, codes, store):
    bare = [{name: row[name] for name in row if not name.startswith("quantity")} for row in ROWS]
    add(store, read(files.write(tmp_path, "出口1.csv", bare), codes))
    assert values(store)["quantity_1"].isna().all()
    add(store, read(files.write(tmp_path, "出口2.csv", ROWS), codes))
    assert values(store)["quantity_1"].notna().all()


def test_another_unit_is_another_quantity(tmp_path, codes, store):
    add(store, read(files.write(tmp_path, "出口1.csv", ROWS), codes))
    more = with_cell("unit_1", "千克")
    planned = add(store, read(files.write(tmp_path, "出口2.csv", more), codes))
    (row,) = planned.revised.to_dict("records")
    assert (row["old_unit_1"], row["unit_1"]) == ("辆", "千克")


@pytest.mark.parametrize("name", ["export.csv", "export (1).csv", "exports_2.csv", "import.csv"])
def test_the_name_of_a_download_says_nothing_of_trade(tmp_path, codes, name):
    with pytest.raises(ContractError, match="flow"):
        read(files.write(tmp_path, name, ROWS), codes)


def test_a_value_that_was_missing_and_is_there_now(tmp_path, codes, store):
    add(store, read(files.write(tmp_path, "出口1.csv", with_cell("USD", "?")), codes))
    planned = add(store, read(files.write(tmp_path, "出口2.csv", ROWS), codes))
    assert len(planned.revised) == 1
    assert planned.revised["old_value"].isna().all()


def test_rows_of_different_dimensions_never_meet(tmp_path, codes, store):
    by_partner = read(
        files.write(tmp_path, "出口1.csv", files.rows(("month", "partner", "province"), count=8)),
        codes,
    )
    by_good = read(
        files.write(tmp_path, "出口2.csv", files.rows(("month", "commodity", "province"), count=8)),
        codes,
    )
    assert add(store, by_partner, by_good).new == 16
    assert set(values(store)["dims"]) == {"partner", "commodity"}


def test_labels_follow_the_last_name(tmp_path, codes, store):
    old = [row | {"partner_name": "旧名"} for row in files.rows(months=("202401",))]
    new = [row | {"partner_name": "新名"} for row in files.rows(months=("202501",))]
    add(store, read(files.write(tmp_path, "出口2.csv", new), codes))
    add(store, read(files.write(tmp_path, "出口1.csv", old), codes))
    with store.connect() as link:
        names = link.execute(
            "SELECT DISTINCT name FROM labels WHERE dimension = 'partner'"
        ).fetchall()
    assert names == [("新名",)]


def test_the_same_rows_give_the_same_bytes(tmp_path, codes):
    path = files.write(tmp_path, "出口.csv", ROWS)
    stores = [Detail(tmp_path / name / "customs") for name in ("a", "b")]
    for store in stores:
        add(store, read(path, codes))
    assert stores[0].digest == stores[1].digest


def test_a_year_of_a_hundred_files_in_one_go(tmp_path, codes, store):
    made = files.year(tmp_path, files=100, count=200)
    planned = add(store, *(customs_csv.read_file(path, codes) for path in made))
    assert (planned.new, planned.same, len(planned.revised)) == (20_000, 0, 0)
    assert len(store.files) == 100
    with store.connect() as link:
        months = link.execute("SELECT count(DISTINCT period) FROM detail").fetchall()
    assert months == [(12,)]


def test_a_part_that_was_altered_or_lost_is_told(tmp_path, codes, store):
    add(store, read(files.write(tmp_path, "出口.csv", ROWS), codes))
    (part,) = store.folder.glob("flow=export/*/*.parquet")
    content = part.read_bytes()
    part.write_bytes(content[:-1] + b"x")
    with pytest.raises(DataError, match=r"batch-0001\.parquet.*altered"):
        store.connect()
    part.unlink()
    with pytest.raises(DataError, match="缺少文件"):
        store.connect()


@pytest.mark.parametrize("place", ["parts", "index"])
def test_a_full_disk_leaves_the_store_as_it_was(tmp_path, codes, store, monkeypatch, place):
    add(store, read(files.write(tmp_path, "出口1.csv", ROWS), codes))
    before = (store.digest, len(values(store)))
    more = [files.write(tmp_path, f"{flow}2.csv", OTHERS[place:]) for place, flow in FLOWS]
    planned = customs_batch.plan_batch(store, [read(path, codes) for path in more])

    def full(*_):
        raise OSError(28, "No space left on device")

    if place == "parts":
        monkeypatch.setattr(customs_batch, "file_digest", full)
    else:
        monkeypatch.setattr(atomic, "_flushed", full)
    with pytest.raises(OSError, match="No space"):
        customs_batch.write_batch(store, planned)
    monkeypatch.undo()
    assert (store.digest, len(values(store))) == before
    earlier = {part["path"] for part in store.index["parts"] if part["kind"] == "sums"}
    assert customs_batch.write_batch(store, planned) == 2
    named = {part["path"] for part in store.index["parts"]}
    there = {str(path.relative_to(store.folder)) for path in store.folder.rglob("*.parquet")}
    assert there == named | earlier, "leftovers are removed; who reads still finds his sums"


def test_a_write_while_another_plans_is_noticed(tmp_path, codes, store, monkeypatch):
    one = customs_batch.plan_batch(store, [read(files.write(tmp_path, "出口1.csv", ROWS), codes)])
    exports = [read(files.write(tmp_path, "出口2.csv", with_cell("USD", "5")), codes)]
    last = customs_batch._refuse_older

    def meanwhile(*arguments):
        customs_batch.write_batch(store, one)
        last(*arguments)

    monkeypatch.setattr(customs_batch, "_refuse_older", meanwhile)
    two = customs_batch.plan_batch(store, exports)
    with pytest.raises(DataError, match="run it again"):
        customs_batch.write_batch(store, two)
    assert len(values(store)) == len(ROWS)


@pytest.mark.parametrize(
    "content", ['{"bat', "[]", "{}", '{"batch": 1, "files": [{}], "parts": []}']
)
def test_a_damaged_index_is_told(store, content):
    store.folder.mkdir(parents=True)
    (store.folder / "store.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"customs/store\.json.*damaged"):
        store.connect()


def test_what_is_named_is_on_disk_before_the_index(tmp_path, codes, store, monkeypatch):
    synced, real = [], os.fsync

    def noted(handle):
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", noted)
    add(store, read(files.write(tmp_path, "出口.csv", ROWS), codes))
    index = next(n for n, path in enumerate(synced) if path.endswith(".cqbook-new"))
    parts = store.index["parts"]
    assert parts
    for part in parts:
        path = store.folder / part["path"]
        assert str(path) in synced[:index]
        assert str(path.parent) in synced[:index]
        assert str(store.folder) in synced[:index]


def test_two_plans_at_once_do_not_overwrite_each_other(tmp_path, codes, store):
    one = customs_batch.plan_batch(store, [read(files.write(tmp_path, "出口1.csv", ROWS), codes)])
    two = customs_batch.plan_batch(store, [read(files.write(tmp_path, "进口1.csv", OTHERS), codes)])
    customs_batch.write_batch(store, one)
    with pytest.raises(DataError, match="run it again"):
        customs_batch.write_batch(store, two)
    assert len(store.files) == 1


def test_the_detail_is_read_through_the_catalogue(tmp_path, codes, spoiled):
    book = Catalog(spoiled.path)
    assert not book.detail.exists
    add(book.detail, read(files.write(tmp_path, "出口.csv", ROWS), codes))
    again = Catalog(spoiled.path)
    again.detail.connect().close()
    (before,), (after,) = (
        [query for query in item.queries.values() if query.table == "customs"]
        for item in (book, again)
    )
    assert before.digest != after.digest


# --- forms of a cell and of a line


def same_export(one, other):
    assert one.frame.equals(other.frame)
    assert one.labels.reset_index(drop=True).equals(other.labels.reset_index(drop=True))
    for part in ("sha256", "encoding", "language", "currency", "flow", "dims", "rows", "warnings"):
        assert getattr(one, part) == getattr(other, part)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *(("", None), ("?", None), ("-", None), ("？", None), ("0", 0), ("7", 7), ("007", 7)),
        *(("1,234", 1234), ("999,999,999,999", 999_999_999_999), ("1.5", 1.5), (" 5", 5)),
        ("123456789012345", 123_456_789_012_345),
    ],
)
def test_each_form_of_a_number(tmp_path, codes, value, number):
    path = files.write(tmp_path, "出口.csv", with_cell("USD", value, 7))
    found = read(path, codes).frame["value"]
    assert found.isna()[7] if number is None else found[7] == number


def test_a_month_may_have_a_hyphen(tmp_path, codes):
    path = files.write(tmp_path, "出口.csv", with_cell("month", "2024-01", 7))
    assert read(path, codes).frame["period"][7] == "2024-01"


@pytest.mark.parametrize(
    ("value", "kept"), [("两 个  空格", "两 个 空格"), ('带"引号"', '带"引号"'), ("", "甲")]
)
def test_the_last_name_that_a_code_has(tmp_path, codes, value, kept):
    one = ROWS[0] | {"month": "202401", "commodity_name": "甲"}
    path = files.write(
        tmp_path, "出口.csv", [one, one | {"month": "202402", "commodity_name": value}]
    )
    labels = read(path, codes).labels
    assert labels.loc[labels["dimension"].eq("commodity"), "name"].tolist() == [kept]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("\r\n", "\n", 3),
        lambda text: text + "\r\n",
        lambda text: text.replace('"辆"', "辆", 1),
    ],
)
def test_a_line_unlike_the_others_is_read_to_the_same(tmp_path, codes, spoil):
    plain = files.write(tmp_path, "出口.csv", ROWS)
    other = tmp_path / "出口2.csv"
    other.write_bytes(spoil(files.text_of(ROWS)).encode("gb18030"))
    one, two = (read(path, codes).frame.drop(columns="file") for path in (plain, other))
    assert one.equals(two)


# --- what is replaced


def by_window(store):
    """The current rows as one compares all rows for them."""
    with store.connect() as link:
        return link.execute(
            "SELECT * FROM vintages QUALIFY row_number() OVER"
            f" (PARTITION BY {', '.join(ROW_KEY)} ORDER BY batch DESC, seq DESC) = 1 ORDER BY ALL"
        ).df()


def added_up(store):
    """The sums as they are made of all rows."""
    with store.connect() as link:
        return link.execute(f"SELECT * FROM ({SUMS_IN_SQL}) ORDER BY ALL").df()


def test_the_current_rows_are_the_last_of_each_key(tmp_path, codes, store):
    """Over batches, within one, back again, and of a quantity that comes and goes."""
    for number, cells in enumerate(
        [
            [("USD", "1")],
            [("USD", "2"), ("USD", "3")],
            [("quantity_1", "?"), ("quantity_1", "9")],
            [("USD", "1"), ("USD", "1"), ("unit_1", "千克")],
        ]
    ):
        exports = [
            read(files.write(tmp_path, f"出口{number}{n}.csv", with_cell(*cell, 4)), codes)
            for n, cell in enumerate(cells)
        ]
        add(store, *exports)
        assert values(store).equals(by_window(store))
        assert len(values(store)) == len(ROWS)
        assert not unsummed(part["path"] for part in store.index["parts"])
        assert values(store, "sums").equals(added_up(store))
    assert len(values(store, "vintages")) > len(ROWS) + 3


def test_a_store_that_did_not_list_what_it_replaced_still_reads(tmp_path, codes, store):
    add(store, read(files.write(tmp_path, "出口1.csv", ROWS), codes))
    add(store, read(files.write(tmp_path, "出口2.csv", with_cell("USD", "5")), codes))
    now = values(store)
    index = store.index
    del index["lists_replaced"]
    index["parts"] = [part for part in index["parts"] if part["kind"] not in ("replaced", "sums")]
    (store.folder / "store.json").write_text(json.dumps(index), encoding="utf-8")
    assert values(store).equals(now)
    add(store, read(files.write(tmp_path, "出口3.csv", with_cell("USD", "6", 1)), codes))
    assert store.index["lists_replaced"]
    assert values(store).equals(by_window(store))
    assert len(values(store)) == len(ROWS)


def test_a_plan_reads_only_the_partitions_that_come_in(tmp_path, codes, store):
    add(store, read(files.write(tmp_path, "出口1.csv", ROWS), codes))
    add(store, read(files.write(tmp_path, "出口2.csv", files.rows(months=("202301",))), codes))
    (part,) = store.folder.glob("flow=export/year=2024/*.parquet")
    part.unlink()
    planned = customs_batch.plan_batch(
        store, [read(files.write(tmp_path, "出口3.csv", files.rows(months=("202302",))), codes)]
    )
    assert planned.new == len(ROWS)
    with pytest.raises(DataError, match="缺少文件"):
        customs_batch.plan_batch(store, [read(files.write(tmp_path, "出口4.csv", OTHERS), codes)])


def test_a_part_verified_before_is_not_read_for_it_again(tmp_path, codes, store, monkeypatch):
    add(store, read(files.write(tmp_path, "出口.csv", ROWS), codes))
    (part,) = store.folder.glob("flow=export/*/*.parquet")
    read_through = []
    real = customs_parts.file_digest
    monkeypatch.setattr(
        customs_parts, "file_digest", lambda path: read_through.append(path) or real(path)
    )
    store.connect()
    store.connect()
    assert read_through.count(part) == 2, "what was changed just now may be changed again unseen"
    for path in store.folder.rglob("*.parquet"):
        os.utime(path, ns=(0, 10**18))
    store.connect()
    read_through.clear()
    store.connect()
    assert read_through == []
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    with pytest.raises(DataError, match="altered"):
        store.connect()


def test_many_files_are_read_as_one_by_one(tmp_path, book, monkeypatch):
    paths = files.year(tmp_path, files=customs_csv.MANY, count=20)
    bad = files.write(tmp_path, "出口_bad.csv", with_cell("USD", "12万"))
    paths.insert(3, bad)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    alone = list(customs_csv.read_exports(paths, book, Said()))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    together = list(customs_csv.read_exports(paths, book, Said()))
    assert together[3] == alone[3]
    assert "12万" in str(ContractError(together[3]))
    for one, other in zip(together[:3] + together[4:], alone[:3] + alone[4:], strict=True):
        same_export(one, other)


def test_sums_lie_in_groups_small_enough_to_be_left_out(tmp_path):
    """A question about one place of a nation read nearly half of all sums."""
    rows = 3 * customs_batch.SUMS_IN_A_GROUP
    with database() as link:
        place = "sums.parquet"
        select = f"SELECT range AS value FROM range({rows})"
        customs_batch.write_part(link, tmp_path, "sums", place, select)
        found = link.execute(
            "SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata(?)",
            [str(tmp_path / place)],
        ).fetchall()
    assert sorted(size for _, size in found) == [customs_batch.SUMS_IN_A_GROUP] * 3
