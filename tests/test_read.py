"""Articles read into rows: what is found, how it is read, and that doubt is always marked."""

from __future__ import annotations

import csv
import functools
import io
import os
import shutil

import docx
import openpyxl
import pytest
from articles import compared, made_up, verdicts
from conftest import ROOT

from cqbook import cli
from cqbook.data.catalog import Catalog
from cqbook.data.spoken_names import spoken_names
from cqbook.errors import HIDDEN, DataError
from cqbook.intake.article import read_article
from cqbook.intake.article_files import page_of, read_articles, table_of
from cqbook.intake.article_names import Names
from cqbook.intake.article_text import (
    LONGEST_PARAGRAPH,
    TEXT_MOST,
    ArticleText,
    article_text,
)
from cqbook.intake.press import read_press
from cqbook.quantities.named_periods import TextDate, named_periods
from cqbook.quantities.printed import read_printed, spans
from cqbook.quantities.sightings import sightings

#: Releases of other provinces with made-up numbers, and how they should be read.
ARTICLES = ROOT / "tests" / "articles"
READING = ("value", "value_upper", "unit", "qualifier")
CONTEXT = ("measure", "flow", "indicator", "entity", "period", "breakdown", "status")


@pytest.fixture(scope="module")
def book():
    return Catalog(ROOT / "data")


#: The names of a book are made once.
names_of = functools.cache(Names)


def read(book, text, published="2026-11-20", name="a.txt"):
    return read_article(article_text(text.encode(), name, published), book, names_of(book))


def rows(book, text, published="2026-11-20"):
    return [figure.row for figure in read(book, text, published).figures]


def expected():
    with (ARTICLES / "expected.csv").open(encoding="utf-8", newline="") as lines:
        found = {}
        for line in csv.DictReader(lines):
            found.setdefault(line["article"], []).append(line)
        return found


@pytest.mark.parametrize("name", sorted(expected()))
def test_releases_of_other_provinces(book, name):
    """Each figure is found; what is not read right is marked, and little is."""
    wanted = expected()[name]
    article = read_article(article_text((ARTICLES / name).read_bytes(), name), book)
    told = {(item.paragraph, item.row["as_printed"]): item for item in article.figures}
    assert len(article.figures) - len(wanted) <= 1
    wrong = []
    for line in wanted:
        figure = told[int(line["paragraph"]), line["as_printed"]]
        for column in (*READING, *CONTEXT):
            if figure.row[column] != line[column]:
                wrong.append((line["as_printed"], column, figure.row[column]))
                assert figure.doubts, wrong[-1]
    assert len(wrong) <= 4, wrong


#: Readings of a passage that are not as somebody read it, where there are any: all of them marked.
OTHERWISE_READ = {"16": 1, "23": 1, "27": 2, "31": 2, "33": 1, "38": 1, "44": 3}


@pytest.mark.parametrize("passage", made_up(), ids=lambda passage: passage.name)
def test_passages_of_other_provinces(book, passage):
    """Read by hand before the reader saw them: what is read otherwise is marked, and little is."""
    otherwise = []
    for row, figure in compared(passage, book):
        assert figure, row["as_printed"]
        for column, said in verdicts(row, figure):
            assert said != "wrong", (row["as_printed"], column)
            if said != "right":
                otherwise.append((row["as_printed"], column, figure.row[column]))
    assert len(otherwise) <= OTHERWISE_READ.get(passage.name[:2], 0), otherwise


@pytest.mark.parametrize(
    ("text", "value", "unit", "qualifier", "measure"),
    [
        ("约占全国总产量的四分之一", "25", "percent", "about", "share"),
        ("占全区产量的一半以上", "50", "percent", "at_least", "share"),
        ("吞吐量翻了近一番", "100", "percent", "nearly", "yoy"),
        ("比上年翻一番以上", "100", "percent", "at_least", "yoy"),
        ("五年翻了两番多", "300", "percent", "more_than", "yoy"),
        ("产量增长了16倍多", "16", "times", "more_than", "yoy"),
        ("进口值缩水近半", "-50", "percent", "nearly", "yoy"),
        ("停留时间压缩近四成", "-40", "percent", "nearly", "pct_change"),
        ("首次跨上1000万标箱台阶", "1000", "10k TEU", "at_least", "level"),
        ("比2019年同期还多3.8万人次", "3.8", "10k person-times", "as_rounded", "difference"),
        ("比上年少11.8万辆", "-11.8", "10k vehicles", "as_rounded", "difference"),
        ("最快26小时可达", "26", "hours", "as_rounded", "level"),
        ("每20颗摄像头", "20", "pieces", "as_rounded", "level"),
        ("进出口8158.4亿元人民币", "8158.4", "100M CNY", "as_rounded", "level"),
        ("进出口１，２３４.5亿元", "1234.5", "100M CNY", "as_rounded", "level"),
        ("出口1.2万亿元", "1.2", "1T CNY", "as_rounded", "level"),
        ("同比下降3.1%", "-3.1", "percent", "as_rounded", "yoy"),
        ("同比下降近三成", "-30", "percent", "nearly", "yoy"),
        ("出口萎缩3.1%", "-3.1", "percent", "as_rounded", "yoy"),
        ("同比负增长3.1%", "-3.1", "percent", "as_rounded", "yoy"),
        ("同比少增3.1亿元", "-3.1", "100M CNY", "as_rounded", "difference"),
        ("拖累外贸3.1个百分点", "-3.1", "percentage points", "as_rounded", "contribution_points"),
        ("下降2%—3%", "-3", "percent", "as_rounded", "yoy"),
        ("总值超过了7000亿元", "7000", "100M CNY", "over", "level"),
        # numbers in several parts, in words, in digits or in both
        ("汽车出口二十万零三千辆", "20.3", "10k vehicles", "as_rounded", "level"),
        ("汽车出口十二万五千六百辆", "12.56", "10k vehicles", "as_rounded", "level"),
        ("汽车出口两万五千辆", "2.5", "10k vehicles", "as_rounded", "level"),
        ("汽车出口一点二万辆", "1.2", "10k vehicles", "as_rounded", "level"),
        ("汽车出口3万零5百辆", "3.05", "10k vehicles", "as_rounded", "level"),
        ("汽车出口3万2千5百辆", "3.25", "10k vehicles", "as_rounded", "level"),
        ("汽车出口47万7231辆", "47.7231", "10k vehicles", "as_rounded", "level"),
        ("汽车出口47万零800辆", "47.08", "10k vehicles", "as_rounded", "level"),
        ("汽车出口20万三千余辆", "20.3", "10k vehicles", "more_than", "level"),
        ("汽车出口近五十万零三千辆", "50.3", "10k vehicles", "nearly", "level"),
        ("汽车出口3千8百辆", "3.8", "1k vehicles", "as_rounded", "level"),
        ("汽车出口2万—3万辆", "2", "10k vehicles", "as_rounded", "level"),
        ("进出口7千1百54亿元", "7154", "100M CNY", "as_rounded", "level"),
        ("进出口8006亿8千万元", "8006.8", "100M CNY", "as_rounded", "level"),
        ("进出口一万二千亿元", "1.2", "1T CNY", "as_rounded", "level"),
        ("进出口1.2万亿零500亿元", "1.25", "1T CNY", "as_rounded", "level"),
        ("售价两万五千八百元", "2.58", "10k CNY", "as_rounded", "level"),
        ("新增装机50万千瓦", "50", "10k kW", "as_rounded", "level"),
        ("五年平均增长4.8%", "4.8", "percent", "as_rounded", "annual_average"),
        ("增速比5月份加快4.1个百分点", "4.1", "percentage points", "as_rounded", "pp_change"),
        ("增速为5.2%", "5.2", "percent", "as_rounded", "yoy"),
        ("环比增长3.4%", "3.4", "percent", "as_rounded", "pct_change"),
        ("比2019年增长12%", "12", "percent", "as_rounded", "yoy"),
        ("占进出口总值的45.9%", "45.9", "percent", "as_rounded", "share"),
        ("占比近四成", "40", "percent", "nearly", "share"),
        # 有余 was cut off, and 两成 read as 约
        ("同比提升两成有余", "20", "percent", "more_than", "yoy"),
        ("进出口6384亿元有余", "6384", "100M CNY", "more_than", "level"),
        ("占比过半", "50", "percent", "over", "share"),
        ("贡献率达156%", "156", "percent", "as_rounded", "contribution_rate"),
        (
            "拉动外贸增长4.3个百分点",
            "4.3",
            "percentage points",
            "as_rounded",
            "contribution_points",
        ),
        ("比重提升0.4个百分点", "0.4", "percentage points", "as_rounded", "pp_change"),
        ("增速比上年提高0.7个百分点", "0.7", "percentage points", "as_rounded", "pp_change"),
        ("高于全国平均水平0.9个百分点", "0.9", "percentage points", "as_rounded", "difference"),
        ("低于全国1.5个百分点", "-1.5", "percentage points", "as_rounded", "difference"),
        ("投资完成率30.1%", "30.1", "percent", "as_rounded", "completion"),
        ("居全国第四位", "4", "rank", "as_rounded", "rank"),
        ("产值突破7000亿元大关", "7000", "100M CNY", "over", "level"),
        ("逾七千亿元", "7000", "100M CNY", "over", "level"),
        ("单量突破50万辆级", "50", "10k vehicles", "over", "level"),
        ("损失上百万元", "100", "10k CNY", "at_least", "level"),
        ("签约45.6亿元", "45.6", "100M CNY", "as_rounded", "level"),
        ("履约3000万元", "3000", "10k CNY", "as_rounded", "level"),
        ("附近10公里", "10", "km", "as_rounded", "level"),
        ("签约约45亿元", "45", "100M CNY", "about", "level"),
        ("签约超45亿元", "45", "100M CNY", "over", "level"),
        ("节约10天至20天", "10", "days", "as_rounded", "level"),
        ("与去年同期基本持平", "", "percent", "unchanged", "yoy"),
        ("增至347.5万辆", "347.5", "10k vehicles", "as_rounded", "level"),
        ("新增3万人", "3", "10k persons", "as_rounded", "level"),
        ("340名员工", "340", "persons", "as_rounded", "level"),
    ],
)
def test_words_decide_with_the_number(text, value, unit, qualifier, measure):
    seen = [item for item in sightings_of(text) if item.certainty != "none"]
    assert len(seen) == 1
    figure = seen[0].figure
    assert (figure.value, figure.unit, figure.qualifier) == (value, unit, qualifier)
    assert seen[0].measure == measure


def sightings_of(text):
    plain = article_text(text.encode(), "a.txt").simplified[0]
    return sightings(plain, named_periods(plain, TextDate(2026, 11, 20)))


@pytest.mark.parametrize(
    "text",
    [
        "2026年11月20日",
        "构建“33618”现代制造业集群体系",
        "联系电话：023-67890123，热线12360",
        "第十届论坛在第三产业园举行",
        "从12英寸到5G，T3B航站楼、SERES 5、世界500强和212国道",
        "做好“三篇文章”，发挥“三个作用”，持续“1311”就业帮扶",
        "近三年来，数百家企业、几十个项目",
        "川环规〔2026〕5号",
        "拨打热线12345人工服务",
        "第25家分店开业",
        "两个多月前，一家企业、一批项目",
        "今年一季度、前11月、1至8月、上半年",
        "阅读：10万+　点赞 1.2万　评论 356　浏览量 3.4万次",
        "2.1万人阅读",
    ],
)
def test_what_is_no_figure(text):
    assert [item.text for item in sightings_of(text) if item.certainty != "none"] == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("降幅收窄1.2个百分点", "收窄"),
        ("总值不超过3亿元", "不超过"),
        ("产值翻了一番", ""),
        ("至少需要1个多月", "下限"),
        ("用于五条高速公路", "泛指"),
        ("打造千亿工业承载地", "按元"),
        ("不足上年的九成", "限定词：“不足”"),
    ],
)
def test_two_readings_are_a_doubt(text, why):
    (seen,) = (item for item in sightings_of(text) if item.certainty != "none")
    assert seen.certainty == "unsure"
    assert why in "".join((*seen.reasons, *seen.alternatives))


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("今年1—8月", "2026-01/2026-08"),
        ("2025年前11个月", "2025-01/2025-11"),
        ("前三季度", "2026-01/2026-09"),
        ("8月当月", "2026-08"),
        ("去年", "2025"),
        ("上月", "2026-10"),
        ("12月份", "2025-12"),
        ("“十四五”以来", "2021/.."),
        ("“十四五”期间", "2021/2025"),
        ("自2014年投产以来", "2014/2026-11"),
        ("二〇二五年上半年", "2025-01/2025-06"),
        ("今年以来", "2026-01/2026-11"),
        ("2022—2030年", "2022/2030"),
        ("去年5月以来", "2025-05/2026-11"),
        ("自2018年11月湘南湘西示范区获批以来", "2018-11/2026-11"),
        ("自2015年起", "2015-01/2026-11"),
        ("从2028年起", "2028/.."),
        ("截至今年10月底", "2026-10"),
        ("去年底", "2025"),
        ("“十五五”末", "2030"),
        ("新年第一天", "2026-01-01"),
        ("一年来", "2025-11/2026-11"),
        ("近三年", "2023-11/2026-11"),
        ("三年前", "2023"),
        ("5个月来", "2026-06/2026-11"),
        ("年内", "2026"),
        ("历时近三年", ""),
        ("近年来", None),
        ("体现在出口", None),
        ("实现有进出口记录的企业3756家", None),
        ("现有企业", "2026-11"),
        ("近200起", None),
    ],
)
def test_named_periods(text, period):
    found = [item.period for item in named_periods(text, TextDate(2026, 11, 20))]
    assert found == ([] if period is None else [period])


def test_years_are_counted_back_from_those_that_ended_at_the_head_of_a_year():
    found = [named_periods(text, TextDate(2025, 1, 13))[0] for text in ("过去一年", "近三年")]
    assert [item.period for item in found] == ["2024", "2022/2024"]
    assert {item.role for item in found} == {"near"}


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        # beside the number, and only of it
        ("去年产量361万辆，较2020年的20.9万辆增长了16倍。", ["2025", "2020", "2025"]),
        ("企业由2021年的12家增加到今年的30家。", ["2021", "2026"]),
        ("今年停留时间由36小时压缩至22小时。", ["", "2026"]),
        ("2022年开行8820列，是2018年的7倍多。", ["2022", "2022"]),
        ("今年1—8月产量由去年同期的301万辆增至347万辆。", ["2025-01/2025-08", "2026-01/2026-08"]),
        # what bounds it
        ("截至10月底，今年累计开行523列。", ["2026-01/2026-10"]),
        ("截至三季度末，今年累计开行523列。", ["2026-01/2026-09"]),
        ("截至上半年，今年累计开行523列。", ["2026-01/2026-06"]),
        ("截至10月底，累计开行523列，同比增长7%。", ["2026-01/2026-10", "2026-01/2026-10"]),
        ("截至9月30日，自2016年开通以来累计开行523列。", ["2016/2026-09"]),
        ("去年新建22个数字化车间，累计达到127个，效率提升5%。", ["2025", "../2025", "2025"]),
        ("今年以来，新开通8条航线，航线总数达到72条。", ["2026-01/2026-11", "2026-11"]),
        ("到2030年，力争汽车产量达到350万辆。", ["/2030"]),
        ("到“十五五”末，产业规模达到200亿元。", ["/2030"]),
        # by now, and from now on
        ("去年引进18个项目，目前已有11个投产。", ["2025", "2026-11"]),
        ("一期300万千瓦基地已于去年底并网。", ["2025"]),
        ("今年投资3亿元，达产后年产值10亿元。", ["2026", "2026-11/.."]),
        ("25家阀门企业将落户园区。", ["2026-11/.."]),
        ("该县正打造千亿级产业集群。", ["2026-11/.."]),
        # a month in passing is of its sentence; one that opens a sentence is of what follows
        ("上半年增长9%。其中，6月份增长8.3%。产量增长2倍。", [
            "2026-01/2026-06", "2026-06", "2026-01/2026-06"]),
        ("1—7月增长9%。7月份增长8.3%。产量增长2倍。", ["2026-01/2026-07", "2026-07", "2026-07"]),
        # nobody says when
        ("近年来，全县建成基地86个。", [""]),
        ("与20余家企业完成签约，订单超过2万辆。", ["", ""]),
        ("县里计划三年内再培育5家企业。", [""]),
        ("园区拥有企业86家。", ["2026-11"]),
    ],
)  # fmt: skip
def test_when_a_figure_is(book, text, periods):
    figures = read(book, text).figures
    assert [figure.row["period"] for figure in figures] == periods
    assert all("period" in figure.doubts for figure in figures if not figure.row["period"])


@pytest.mark.parametrize(
    ("text", "day", "periods"),
    [
        # the passage says it
        ("本报1月15日讯 去年，重庆进出口8006.8亿元，增长12%。", "2026-01-15", ["2025", "2025"]),
        ("1月15日，重庆海关举行发布会。全年进出口8006.8亿元。", "2026-01-15", ["2025"]),
        ("2026年1月15日，海关发布数据，全年重庆进出口8006.8亿元。", "2026-01-15", ["2025"]),
        ("2026年1月，海关发布数据，全年重庆进出口8006.8亿元。", "2026-01-18", ["2025"]),
        ("2026年1月15日，重庆两会开幕。全年进出口8006.8亿元。", "2026-01-15", ["2025"]),
        ("1月15日，海关公布：12月进出口700亿元，四季度2200亿元。", "2026-01-15",
            ["2025-12", "2025-Q4"]),
        ("2025年重庆外贸\n重庆日报1月15日讯 重庆进出口8006.8亿元。", "2026-01-15", ["2025?"]),
        ("4月20日，统计局公布，去年重庆进出口8006.8亿元。一季度2000亿元。", "2026-04-20",
            ["2025", "2025-Q1?"]),
        # nothing does
        ("1月15日讯 重庆汽车出口53万辆，同比增长20%。", "2026-01-15", ["?", "?"]),
        ("1月15日，记者从重庆海关获悉，重庆进出口8006.8亿元。", "2026-01-15", ["?"]),
        ("1月15日，记者采访时了解到，重庆进出口突破8000亿元。", "2026-01-15", ["?"]),
        ("记者从1月15日召开的新闻发布会上获悉，重庆进出口8006.8亿元。", "2026-01-15", ["?"]),
        ("重庆日报2026年1月15日讯 重庆进出口8006.8亿元。", "", ["?"]),
        ("昨日，重庆海关通报，重庆进出口8006.8亿元。", "2026-01-16", ["?"]),
        ("日前，重庆海关公布，重庆进出口8006.8亿元。", "2026-01-16", ["?"]),
        ("1月15日，重庆两会开幕，重庆进出口8006.8亿元。", "2026-01-15", ["2026-01-15?"]),
        ("重庆日报1月15日讯 重庆全年进出口8006.8亿元。", "", ["?"]),
        # a day of its own, and one that bounds
        ("1月15日，园区集中签约项目50个。", "2026-01-15", ["2026-01-15"]),
        ("截至2025年12月31日，重庆累计进出口8006.8亿元。", "2026-01-15", ["../2025-12-31?"]),
        ("截至12月31日，海关数据显示，今年累计进出口8006.8亿元。", "2025-12-31", ["2025"]),
        # a day within a month is no end of it
        ("截至12月15日，今年重庆累计发运30万标箱，增长29%。", "2025-12",
         ["2025-01-01/2025-12-15"] * 2),
        ("截至11月20日，重庆今年累计开行班列2100列。", "2025-11-21", ["2025-01-01/2025-11-20"]),
        ("截至11月30日，重庆今年累计开行班列2100列。", "2025-12-02", ["2025-01/2025-11"]),
        ("今年截至12月15日，重庆出口汽车55万辆。", "2025-12", ["2025-01-01/2025-12-15"]),
        ("到12月20日，重庆今年出口汽车55万辆。", "2025-12", ["2025-01-01/2025-12-20"]),
        ("截至12月15日，自2017年开通以来，重庆累计开行班列2万列。", "2025-12", ["2017/2025-12-15"]),
        ("今年1月至12月中旬，重庆出口汽车55万辆。", "2025-12", ["2025?"]),
        # of a year that has not ended only its months so far
        ("11月，重庆进出口656.7亿元，今年累计7642.1亿元。", "2026-12-01",
         ["2026-11", "2026-01/2026-11"]),
        ("重庆今年累计进出口7642.1亿元，上年累计为7154亿元。", "2026-12-01",
         ["2026-01/2026-11?", "2025?"]),
        ("1月15日，记者在园区看到，厂房占地500亩。", "2026-01-15", ["2026-01?"]),
        # what is ahead
        ("1月15日，重庆首趟班列发车，全年计划开行500列。", "2026-01-15", ["2026"]),
        ("一季度完成了全年任务的11%。", "2026-04-15", ["2026-Q1"]),
    ],
)  # fmt: skip
def test_the_day_of_the_news_is_not_when_it_was(book, text, day, periods):
    found = [
        (item.row["period"], "period" in item.doubts) for item in read(book, text, day).figures
    ]
    assert [f"{period}{'?' * doubted}" for period, doubted in found] == periods


def test_what_is_told_on_a_day_may_be_of_the_months_that_have_ended(book):
    told = "{}日，记者获悉，重庆进出口8006.8亿元。"
    for day, offered in (("1月15", ("2025", "2025-12")), ("7月5", ("2026-01/2026-06", "2026-06"))):
        date = "2026-01-15" if day[0] == "1" else "2026-07-05"
        (figure,) = read(book, told.format(day), date).figures
        assert figure.offered["period"] == offered


def test_what_is_open_offers_the_month_and_all_until_it(book):
    (figure,) = read(book, "近年来，全县建成基地86个。").figures
    assert figure.offered["period"] == ("2026-11", "../2026-11")


def test_one_year_is_of_the_paragraphs_below_it(book):
    text = "大足答卷\n一年来，全区聚力改革。\n新增企业36家、项目47个，成功培育冠军企业2家。"
    assert {row["period"] for row in rows(book, text)} == {"2025-11/2026-11"}


def test_a_lead_is_believed_before_its_title(book):
    text = "一季度外资情况\n2026年1—3月，全国使用外资5亿元，增长2%。\n制造业2亿元，增长3%。"
    assert {row["period"] for row in rows(book, text)} == {"2026-01/2026-03"}


def test_a_year_in_the_middle_of_a_feature_is_not_what_it_is_about(book):
    text = "开市\n节前客商签下200万美元订单。2025年，全市进出口5亿元。\n商户签下30万元订单。"
    first, _, last = rows(book, text)
    assert (first["period"], last["period"]) == ("", "")


def test_what_narrows_is_what_was_said_before():
    found = [sightings_of(text)[-1] for text in (
        "12月下降41.2%，较11月收窄6.8个百分点", "12月增长5%，较11月收窄2个百分点",
        "12月增长5%，降幅较11月收窄2个百分点")]  # fmt: skip
    assert [item.figure.value for item in found] == ["6.8", "-2", "2"]
    assert [item.certainty for item in found] == ["read", "read", "unsure"]


def test_a_total_is_not_of_what_alone_is_more(book):
    *_, total = read(book, "今年新建智能工厂22个、数字化车间160个，累计达到127个。").figures
    assert (total.row["indicator"], total.row["unit"]) == ("smart_factories", "plants")
    assert {"indicator", "unit"} <= set(total.doubts)


def test_imports_are_no_exports_because_the_book_has_only_these(book):
    found = rows(book, "今年1—11月，天津市平行进口汽车3.9万辆，下降11.6%。")
    assert [row["flow"] for row in found] == ["import", "import"]


@pytest.mark.parametrize("text", ["去年进出口5亿元", "上月进出口5亿元", "8月份进出口5亿元"])
def test_without_a_date_a_relative_period_stays_open(book, text):
    (figure,) = read(book, text, "").figures
    assert figure.row["period"] == ""
    assert "period" in figure.doubts


def test_comparisons_name_no_period(book):
    (row, _) = rows(book, "2026年前三季度，江苏省进出口5亿元，较2025年同期增长3%。")
    assert row["period"] == "2026-01/2026-09"


def test_chains(book):
    """分别 pairs parts and what was counted before; a fall keeps its sign through a list."""
    found = rows(book, "前三季度，重庆市对东盟、欧盟进出口分别为7亿元和5亿元，分别下降3.1%和2.5%。")
    assert [row["breakdown"] for row in found] == ["partner=asean", "partner=eu"] * 2
    assert [row["value"] for row in found] == ["7", "5", "-3.1", "-2.5"]
    assert found[3]["as_printed"] == "下降3.1%和2.5%"
    found = rows(
        book, "今年一季度，重庆市柠檬出口量达到62吨，创汇81万元，同比分别增长7.9%和18.3%。"
    )
    assert [row["indicator"] for row in found[2:]] == ["export_volume", "trade_value"]


def test_cumulative_and_month_in_one_sentence(book):
    found = rows(book, "1—8月，重庆市出口汽车53万辆；8月当月出口汽车5万辆。")
    assert [row["period"] for row in found] == ["2026-01/2026-08", "2026-08"]


def test_a_city_that_is_in_no_table_is_nobody_else(book):
    text = "苏州市外贸稳中有进\n据南京海关统计，今年上半年，全市进出口5亿元。江苏省里居前。"
    assert [row["entity"] for row in rows(book, text)] == [""]


def test_converted_money_says_so(book):
    first, second = rows(book, "重庆市出口98亿美元（约合人民币702亿元）。")
    assert (first["basis"], second["basis"]) == ("", "converted")


def test_trade_of_a_part_is_doubted(book):
    """出口额 behind cars is that of the cars, whatever its word says."""
    *_, value = read(book, "1—8月，重庆市出口汽车53万辆，出口额达98亿美元。").figures
    assert "indicator" in value.doubts
    assert "auto_exports_value" in value.offered["indicator"]


def test_the_same_text_in_every_format(book, tmp_path):
    text = (ARTICLES / "hubei-2026-07.txt").read_bytes().decode("gb18030")
    lines = text.splitlines()
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    stream = io.BytesIO()
    made.save(stream)
    page = "".join(f"<p>{line}</p>" for line in lines)
    files = {
        "a.txt": text.encode("gb18030"),
        "b.md": text.encode(),
        "c.html": f"<html><script>var x = '12亿元';</script><body>{page}</body></html>".encode(),
        "d.docx": stream.getvalue(),
    }
    read_as = [article_text(content, name).paragraphs for name, content in files.items()]
    assert all(paragraphs == read_as[0] for paragraphs in read_as)


def test_lines_of_a_pdf_are_joined(monkeypatch):
    """A PDF breaks lines where its page ends: a figure may stand on both sides."""
    wrapped = "前三季度重庆市外贸进出口总值达815\n8.4亿元。\n其中出口增长。"
    monkeypatch.setattr(
        "cqbook.intake.article_text.properties_and_text", lambda content: ([], wrapped)
    )
    assert article_text(b"", "a.pdf").paragraphs[0].endswith("总值达8158.4亿元。")


def test_traditional_and_full_width(book):
    (row,) = rows(book, "今年前１０個月，福建省外貿進出口總值１．６８萬億元。")
    assert (row["value"], row["unit"], row["entity"]) == ("1.68", "1T CNY", "CN-35")
    assert row["as_printed"] == "１．６８萬億元"


def test_a_row_that_is_new_in_a_table_is_understood(tmp_path):
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data", data)
    with (data / "indicators.csv").open("a", encoding="utf-8") as table:
        table.write("hydrogen_stations,加氢站数,Hydrogen stations,auto,count,期末个数,Count\n")
    with (data / "synonyms.csv").open("a", encoding="utf-8") as table:
        table.write("entities,CN-50,山城\n")
    (row,) = rows(Catalog(data), "今年前三季度，山城建成加氢站120座。")
    assert (row["indicator"], row["entity"]) == ("hydrogen_stations", "CN-50")


def test_every_synonym_is_of_a_code(book):
    known = {
        "indicators": set(book.table("indicators")["indicator"]),
        "entities": set(book.table("entities")["entity"]),
        "breakdowns": set(
            book.table("breakdowns")["dimension"] + "=" + book.table("breakdowns")["code"]
        ),
    }
    for row in book.table("synonyms").to_dict("records"):
        assert row["code"] in known[row["resource"]], row


def test_every_synonym_is_a_word_that_no_name_is(book):
    """A row that nothing finds by, or that says a name again, is dead: firms as 企业 was both."""

    class Bare:
        """The book without the table."""

        resources = set(book.resources) - {"synonyms"}

        def __getattr__(self, name):
            return getattr(book, name)

    said, names = spoken_names(book), spoken_names(Bare())
    for row in book.table("synonyms").to_dict("records"):
        assert row["code"] in said[row["resource"]].get(row["word"], ()), row
        assert row["code"] not in names[row["resource"]].get(row["word"], ()), row


@pytest.mark.parametrize("name", ["fujian-2026-11.txt", "zhejiang-2025.html"])
def test_add_takes_what_was_read(book, name):
    """The prefilled table of a release is read back as it was filled, once its outlet is typed."""
    article = read_article(article_text((ARTICLES / name).read_bytes(), name), book)
    filled = openpyxl.load_workbook(io.BytesIO(table_of(book, [article])))
    heads = [cell.value for cell in filled["sources"][1]]
    filled["sources"].cell(2, heads.index("outlet") + 1).value = "厦门海关"
    stream = io.BytesIO()
    filled.save(stream)
    press = read_press(stream.getvalue(), "figures.xlsx", book)
    typed = press.observations.to_dict("records")
    # growth a year over several has no measure, and is not put into the table
    kept = [figure for figure in article.figures if figure.row["measure"]]
    for row, figure in zip(typed, kept, strict=True):
        for column in ("indicator", "entity", "period", "value", "unit", "measure", "qualifier"):
            assert row[column] == figure.row[column]


ODD = (
    "2024年前三季度，重庆市进出口5714.2亿元，增速是1.9%，较去年同期快近两个百分点，"
    "比全国高于0.3个百分点。"
)


@pytest.mark.parametrize("name", [*sorted(expected()), "odd.txt"])
def test_what_is_filled_is_what_add_reads(book, name):
    """快近两个百分点 was filled in as 2, and `add` could not read the words beside it."""
    content = ODD.encode() if name == "odd.txt" else (ARTICLES / name).read_bytes()
    filled = [
        item.row
        for item in read_article(article_text(content, name), book).figures
        # an unknown unit is the person's to fill in
        if item.row["value"] and item.row["unit"] and item.row["measure"]
    ]
    assert len(filled) >= 4
    for row in filled:
        made = read_printed(row["as_printed"], row["unit"])
        assert (made.value, made.qualifier) == (row["value"], row["qualifier"]), row["as_printed"]


def test_the_letters_of_a_pdf_are_the_letters(book):
    """Chromium prints ⼝ for 口 and ⻓ for 长 into a PDF: an export was read as trade in all."""
    said = "2025年，重庆市民营企业出口3841.9亿元，同比增长2.6%，汽车出口36.2万辆。"
    glyphs = said.translate(str.maketrans("口民长车比大", "⼝⺠⻓⻋⽐⼤"))
    assert glyphs != said
    plain, drawn = (
        [item.row for item in read_article(article_text(text.encode(), "a.txt"), book).figures]
        for text in (said, glyphs)
    )
    assert plain == drawn
    assert [row["flow"] for row in drawn] == ["export"] * 3


def test_two_figures_behind_one_another_are_two():
    seen = [item for item in sightings_of("均价下跌4.6%至13.8万元") if item.figure]
    assert [item.figure.value for item in seen] == ["-4.6", "13.8"]


def test_rates_against_two_bases_are_told_apart():
    seen = sightings_of("同比、环比分别增长7.5%和2.9%")
    assert [item.measure for item in seen] == ["yoy", "pct_change"]
    (quarter,) = sightings_of("四季度环比增长15.8%")[-1:]
    assert quarter.base == "上季度"


def test_an_average_is_of_the_years_that_its_sentence_names(book):
    named, unnamed = "“十四五”以来，重庆市进出口年均增长7.3%。", "重庆市进出口年均增长7.3%。"
    (row,) = rows(book, named)
    assert (row["measure"], row["period"]) == ("annual_average", "2021/..")
    (figure,) = read(book, unnamed).figures
    assert figure.row["period"] == ""
    assert "period" in figure.doubts


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("今年上半年，四川省边境小额贸易进出口5亿元。", "breakdown"),
        ("今年上半年，四川省进出口5亿元，贸易顺差1亿元。", "indicator"),
        ("今年上半年，四川省出口汽车5万辆；出口额60亿元。", "indicator"),
        ("今年上半年，四川省出口机电产品5亿元；劳动密集型产品3亿元。", "breakdown"),
        ("今年上半年，四川省出口机电产品5亿元；劳动密集型产品3亿元，增长2%。", "breakdown"),
    ],
)
def test_what_no_table_has_is_not_the_whole(book, text, column):
    assert column in read(book, text).figures[-1].doubts


def test_a_table_of_a_plain_text_is_read(book):
    text = (
        "2026年1—4月上海市进出口\n单位：亿元人民币\n项目|当月|累计|累计同比（%）\n"
        "|---|---|---|---|\n出口|1702.3|6321.4|-1.8"
    )
    made = [(row["flow"], row["period"], row["measure"], row["value"]) for row in rows(book, text)]
    assert made == [
        ("export", "2026-04", "level", "1702.3"),
        ("export", "2026-01/2026-04", "level", "6321.4"),
        ("export", "2026-01/2026-04", "yoy", "-1.8"),
    ]


def pdf_of(lines):
    """Return a PDF of one page with these lines, as a printer writes it: glyphs, and a map of them.

    Its font is named and not embedded: who reads the text needs the map alone.
    """
    glyphs = {letter: number for number, letter in enumerate(sorted({*"".join(lines)}), start=1)}
    coded = ["".join(f"{glyphs[letter]:04x}" for letter in line) for line in lines]
    shown = " T* ".join(f"<{line}> Tj" for line in coded)
    page = f"BT /F1 12 Tf 16 TL 60 780 Td {shown} ET".encode()
    pairs = "\n".join(
        f"<{number:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, number in glyphs.items()
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(glyphs)} beginbfchar\n{pairs}\nendbfchar\nendcmap end end"
    ).encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/Identity-H/DescendantFonts[6 0 R]"
        b"/ToUnicode 7 0 R>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/Song/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap),
    ]
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + (
        b"xref\n0 8\n0000000000 65535 f \n%strailer<</Size 8/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (table, len(made))
    )


def test_a_pdf_is_read_with_its_lines_joined(book):
    """A real file, through the process that reads it: glyphs, their map, lines that a page ends."""
    lines = [
        "2026年前三季度四川外贸⼝岸快报",
        "据成都海关统计，今年前三季度，四川省进出口总值7852.4亿元，同比下",
        "降近三成；出口4512.3亿元。",
    ]
    text = article_text(pdf_of(lines), "快报.pdf", "2026-10-20")
    assert text.paragraphs == (lines[0].replace("⼝", "口"), lines[1] + lines[2])
    made = [(row["value"], row["measure"], row["flow"]) for row in
            (figure.row for figure in read_article(text, book).figures)]  # fmt: skip
    assert made == [
        ("7852.4", "level", "total"), ("-30", "yoy", "total"), ("4512.3", "level", "export"),
    ]  # fmt: skip


def test_a_fall_in_a_list_keeps_its_sign():
    assert [item.figure.value for item in spans("分别下降3.1%和2.5%")] == ["-3.1", "-2.5"]
    assert read_printed("位居全国第三").value == "3"


def test_the_page_is_text_and_names_each_doubt(book):
    article = read(book, "<script>alert(1)</script>今年上半年，某市进出口5亿元，增长3%。")
    page = page_of(book, article)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert page.count('<mark class="unsure" id=') + page.count('<mark class="read" id=') == 2
    assert "default-src 'none'" in page
    assert "主体" in page


def test_the_command_writes_nothing_into_the_data(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    article = tmp_path / "报道.txt"
    article.write_text("今年前三季度，重庆市进出口5亿元，增长3%。", encoding="utf-8")
    words = ["read", str(article), "--data", str(ROOT / "data"), "--date", "2026-11-20"]
    before = {path: path.stat().st_mtime_ns for path in (ROOT / "data").rglob("*")}
    assert cli.main(words) == 0
    assert {path: path.stat().st_mtime_ns for path in (ROOT / "data").rglob("*")} == before
    assert (tmp_path / "figures.xlsx").exists()
    assert (tmp_path / "报道.html").exists()
    assert "2个数" in capsys.readouterr().out
    # somebody may have worked in it
    assert cli.main(words) == 1
    assert "不覆盖" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.txt", "没有文字"),
        (b"x", "a.xls", ".docx"),
        (("字" * 100 + "\n").encode() * (TEXT_MOST // 100 + 1), "a.txt", "至多"),
        (b"PK\x03\x04", "a.docx", "完好"),
        (b"\xff\xfe\x00\xd8", "a.txt", "UTF-8"),
    ],
)
def test_what_is_no_article_is_refused(content, name, words):
    with pytest.raises(DataError, match=words):
        article_text(content, name)


CSV_TABLE = """2025年重庆市外贸进出口情况,,,
,,,单位：亿元
项目,2025年,2024年,同比（%）
进出口,"8,006.8",7154.2,11.9
出口,5500.1,5000,10
注：数据来源于重庆海关。,,,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_table_as_csv_is_read_as_one_in_an_article(book, encoding, separator):
    """Titles, units and notes are rows there whose other cells are empty."""
    lines = csv.reader(io.StringIO(CSV_TABLE))
    text = "\n".join(
        separator.join(f'"{cell}"' if "," in cell else cell for cell in line) for line in lines
    )
    found = read_article(
        article_text(text.encode(encoding), "a.csv", "2026-01-20"), book, names_of(book)
    ).figures
    keys = ("flow", "measure", "value", "unit", "period")
    assert [" ".join(figure.row[key] for key in keys) for figure in found] == [
        "total level 8006.8 100M CNY 2025",
        "total level 7154.2 100M CNY 2024",
        "total yoy 11.9 percent 2025",
        "export level 5500.1 100M CNY 2025",
        "export level 5000 100M CNY 2024",
        "export yoy 10 percent 2025",
    ]
    assert not any(figure.doubts for figure in found)


def test_a_csv_of_a_country_with_decimal_commas_is_parted_at_its_semicolons(book):
    text = "对主要国家进出口\n国别;进出口（亿元）;同比（%）\n美国;702,3;-8,1\n德国;310,5;4,2\n"
    article = read(book, text, name="a.csv")
    # as many commas as semicolons in a row: 702 and 3 were cells
    assert article.figures == ()
    assert [item.text for _, item in article.left] == ["702,3", "-8,1", "310,5", "4,2"]


def test_a_row_of_a_csv_whose_comma_is_not_quoted_is_marked(book):
    text = "2025年重庆外贸\n项目,金额（亿元）,同比（%）\n进出口,8,006.8,11.9\n"
    figures = read(book, text, name="a.csv").figures
    assert all({"indicator", "unit"} <= figure.doubts.keys() for figure in figures)
    with pytest.raises(DataError, match="CSV"):
        article_text(b'a,"b', "a.csv")


def test_a_table_that_add_takes_is_not_read(book, tmp_path):
    ours = tmp_path / "ours.csv"
    ours.write_text("indicator,period,value\ntrade_value,2025,8\n", encoding="utf-8")
    with pytest.raises(DataError, match="cqbook add"):
        read_articles([ours], book, "")


def test_on_the_first_of_a_month_what_has_come_since_is_of_the_month_before(book):
    text = "今年以来，重庆汽车出口累计41.2万辆，增长28%。"
    for figure in read(book, text, "2026-11-01").figures:
        assert (figure.row["period"], figure.doubts) == ("2026-01/2026-10", {})
    # in the middle of one, nobody has the statistics of that month
    for day in ("2026-11-15", "2026-11"):
        for figure in read(book, text, day).figures:
            assert "period" in figure.doubts, day
    trains = "截至目前，重庆中欧班列今年已开行2000列。"
    (figure,) = read(book, trains, "2026-12-01").figures
    assert (figure.row["period"], "period" in figure.doubts) == ("2026-01/2026-11", True)
    # a year that has not ended has no figure of the year
    (figure,) = read(book, "2026年，重庆汽车出口50万辆。", "2026-11-20").figures
    assert "period" in figure.doubts


def test_a_date_that_is_none_is_refused(tmp_path, capsys):
    article = tmp_path / "a.txt"
    article.write_text("进出口5亿元", encoding="utf-8")
    assert cli.main(["read", str(article), "--date", "昨天", "--data", str(ROOT / "data")]) == 1
    assert "--date" in capsys.readouterr().err


def test_a_title_of_markdown_has_no_marks():
    assert ArticleText("a.md", ("# 标题",), ("# 标题",), "").title == "标题"


def test_a_page_without_paragraphs_is_cut_behind_sentences():
    """What reading costs grows with the square of a paragraph: none is longer than so much."""
    line = "进出口5亿元，增长3%。" * 1000
    paragraphs = article_text(line.encode(), "a.txt").paragraphs
    assert "".join(paragraphs) == line
    assert max(map(len, paragraphs)) <= LONGEST_PARAGRAPH
    assert all(part.endswith("。") for part in paragraphs)
    assert len(article_text(("1" * 5000).encode(), "a.txt").paragraphs) == 4


def test_what_is_unseen_in_an_article_is_no_text_of_the_table(book, tmp_path):
    """Control characters ended the command with a traceback; marks of direction turn a number."""
    unseen = "\x00\x08\x0b\x1b\x07\u202e\u061c\u2066\ufffe\U000e0041"
    path = tmp_path / f"x{os.fsdecode(bytes([0xFF]))}\x1b.md"
    try:
        path.write_text(
            f"标题{unseen}\n\n2025年重庆市进出口{unseen}8006.8亿元。\n", encoding="utf-8"
        )
    except OSError:
        pytest.skip("a file system that has no such names")
    (article,) = read_articles([path], book, "2026-01-02")
    assert not any(HIDDEN.search(text) for text in article.text.paragraphs)
    assert [figure.row["as_printed"] for figure in article.figures] == ["8006.8亿元"]
    assert openpyxl.load_workbook(io.BytesIO(table_of(book, [article])))
    assert not HIDDEN.search(page_of(book, article).encode().decode().replace("\n", ""))


@pytest.mark.parametrize(
    ("last", "flow"),
    [
        # what was said of exports was carried to all trade, without a mark
        ("全市外贸年均增长13.6%。", "total"),
        ("货物贸易同比增长5.2%。", "total"),
        ("外贸企业同比增长5.2%。", "export"),
        ("同比增长5.2%。", "export"),
    ],
)
def test_exports_are_not_carried_to_all_trade(book, last, flow):
    text = f"2025年1—9月，重庆市出口4318.6亿元，{last}"
    assert rows(book, text)[-1]["flow"] == flow


#: What was once read as something else, and nothing said so: each number with what it is. Empty:
#: left open, for a person to say. `?`: read, and marked to be looked at.
_READ_RIGHT = {
    "2024年重庆进出口增长0.2%，增速低于全国平均2.4个点。": [
        "trade_value yoy 0.2 percent", "trade_value difference -2.4 percentage points"],
    "2024年一季度重庆进出口1612.3亿元，比去年四季度回落4.4%。": [
        "trade_value level 1612.3 100M CNY", "trade_value pct_change -4.4 percent ?value"],
    "2024年重庆进出口7154亿元，比去年同期高出23.6亿元。": [
        "trade_value level 7154 100M CNY", "trade_value difference 23.6 100M CNY"],
    "2024年重庆出口增长1成2；民企占比由3成5提高到4成2。": [
        "trade_value yoy 12 percent ?indicator", "trade_value share 35 percent ?period ?indicator",
        "trade_value  42 percent ?measure ?indicator ?period"],
    "2024年重庆进口铁矿砂1286.4万吨，减少3.2%，均价每吨812.5元，下跌6.8%。": [
        " level 1286.4 10k tonnes ?indicator", " yoy -3.2 percent ?indicator",
        " level 812.5 CNY/tonne ?indicator", " yoy -6.8 percent ?indicator"],
    "2024年重庆人均GDP约1.3万美元，物流总费用与GDP的比率为14.1%。": [
        " level 1.3 10k USD ?indicator", " share 14.1 percent ?indicator"],
    "2024年重庆出口4900亿元，一般公共预算超收3100万元。": [
        "trade_value level 4900 100M CNY", " difference 3100 10k CNY ?indicator ?value"],
    "2024年重庆外贸企业户均进出口三千二百万元。": [" level 3200 10k CNY ?indicator"],
    "2024年重庆外贸依存度22.3%，比上年低1.8个百分点。": [
        "  22.3 percent ?indicator ?measure", " pp_change -1.8 percentage points ?indicator"],
    "2024年重庆服务贸易额增长9.7%。": [" yoy 9.7 percent ?indicator"],
    "2024年重庆出口额每天约13.4亿元。": [" level 13.4 100M CNY ?indicator"],
    "2024年10月重庆用电同比少用1.1亿度。": [" difference -1.1  ?indicator ?unit"],
    "2024年重庆出口笔电同比少出口300多万台。": ["trade_quantity difference -300 10k units"],
    "2024年重庆外贸逾8千亿元，有三四百家企业。": [
        "trade_value level 8000 100M CNY", " level 300—400 enterprises ?indicator"],
    "2024年重庆出口过亿元。": ["trade_value level 1 100M CNY"],
    "2024年重庆出口800来万元。": ["trade_value level 800 10k CNY"],
    "2024年重庆进出口居全国第14位，较上年后退1位。": ["trade_value rank 14 rank"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "figures"), _READ_RIGHT.items(), ids=list(_READ_RIGHT))
def test_no_other_thing_is_read(book, text, figures):
    found = []
    for figure in read(book, text).figures:
        row = figure.row
        value = f"{row['value']}{'—' * bool(row['value_upper'])}{row['value_upper']}"
        doubts = "".join(f" ?{column}" for column in figure.doubts)
        found.append(f"{row['indicator']} {row['measure']} {value} {row['unit']}{doubts}")
    assert [set(line.split(" ")) for line in found] == [set(line.split(" ")) for line in figures]


def relations():
    """Everyday sentences and tables with what each figure is, and where somebody must look (`?`).

    Changes, totals, shares, ranks and what was planned: all were taken for levels, or for figures
    of one part, and nothing said so. Behind ``|``, where that was what was misread: indicator,
    entity, status.
    """
    with (ARTICLES / "relations.csv").open(encoding="utf-8", newline="") as lines:
        return [(line["text"], line["figures"].split("\n")) for line in csv.DictReader(lines)]


@pytest.mark.parametrize(("text", "figures"), relations(), ids=[text for text, _ in relations()])
def test_a_relation_is_no_level(book, text, figures):
    found, of = [], []
    for figure in read(book, text, "2026-01-20").figures:
        row = figure.row
        said = [row[key] for key in ("flow", "breakdown", "measure", "value", "unit")]
        said += [f"vs {row['base']}" if row["base"] else "", row["period"]]
        doubts = [f"?{column}" for column in sorted(figure.doubts) if column != "entity"]
        found.append(" ".join(filter(None, (*said, *doubts))))
        of.append(" ".join(row[key] or "-" for key in ("indicator", "entity", "status")))
        if row["value"] and row["unit"] and row["measure"]:
            # and `cqbook add` reads it so
            made = read_printed(row["as_printed"], row["unit"])
            assert (made.value, made.qualifier) == (row["value"], row["qualifier"])
    assert found == [line.partition(" | ")[0] for line in figures]
    told = [line.partition(" | ")[2] or read_of for line, read_of in zip(figures, of, strict=True)]
    assert of == told


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        (
            "2020—2022年，重庆进出口总值分别为6513亿元、8000亿元、8158亿元。",
            ["2020", "2021", "2022"],
        ),
        ("2020—2022年，重庆进出口增速依次为6.1%、20.5%、-12.1%。", ["2020", "2021", "2022"]),
        # as many years as flows: the flows are what 分别 is of
        ("2020—2022年，重庆进出口、出口、进口分别为3亿元、2亿元、1亿元。", ["2020/2022"] * 3),
        ("2023、2024年重庆进出口分别为7137.4亿元、7154亿元。", ["2023", "2024"]),
        # of the year that is spoken of, not of the day of the text
        ("2023年重庆对东盟出口占比由上年的16.2%升至17.2%。", ["2022", "2023"]),
    ],
)
def test_a_list_of_years_is_each_of_them(book, text, periods):
    assert [figure.row["period"] for figure in read(book, text).figures] == periods


def test_what_two_figures_are_of_is_doubted_in_their_rates_too(book):
    text = "重庆集装箱30.21万标箱、货运量612万吨，较“十三五”末分别增长2.1倍、接近翻两番。"
    boxes, freight = read(book, text).figures[2:]
    assert (boxes.row["indicator"], freight.row["indicator"]) == ("", "freight_volume")
    assert (freight.row["value"], freight.row["qualifier"]) == ("300", "nearly")
    assert {"indicator", "period"} <= set(boxes.doubts)
    assert "period" in freight.doubts


def test_a_total_is_doubted_whatever_the_scales_of_what_stands_before_it(book):
    text = "今年新建智能工厂{}个、数字化车间{}个，累计达到5000个。"
    for smaller, larger in (("2000", "1.2万"), ("2", "6000")):
        last = read(book, text.format(smaller, larger)).figures[-1]
        # of the workshops there are more already
        assert last.row["indicator"] == "smart_factories", (smaller, larger)
        assert "indicator" in last.doubts


@pytest.mark.parametrize(
    ("text", "value", "unit", "measure"),
    [
        # was read as 623 and as 五亿元
        ("地区生产总值六百二十三点五亿元", "623.5", "100M CNY", "level"),
        ("同比下降百分之三点一", "-3.1", "percent", "yoy"),
        ("同比增长百分之6.2", "6.2", "percent", "yoy"),
        ("占全市的百分之十二", "12", "percent", "share"),
        ("比重提高零点五个百分点", "0.5", "percentage points", "pp_change"),
        ("出口一点二万亿元", "1.2", "1T CNY", "level"),
        ("出口二亿三千万元", "2.3", "100M CNY", "level"),
        ("进口1亿2000万元", "1.2", "100M CNY", "level"),
        ("进口2亿零50万元", "2.005", "100M CNY", "level"),
    ],
)
def test_a_number_in_words_or_in_two_scales_is_one_number(text, value, unit, measure):
    (seen,) = (item for item in sightings_of(text) if item.certainty != "none")
    made = seen.figure
    assert (made.value, made.unit, seen.measure) == (value, unit, measure)
    assert read_printed(seen.text, made.unit).value == value


def test_what_is_said_to_lie_between_is_doubted():
    seen = [item for item in sightings_of("增长百分之五到百分之六") if item.certainty != "none"]
    assert {item.certainty for item in seen} == {"unsure"}
    assert [item for item in sightings_of("出口三点五吨") if item.certainty == "read"] == []


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        # a station's trains are not all of the route, nor all of the district's
        ("2025年，江津小南垭站开行西部陆海新通道班列1268列，同比增长35%。", ["?", "?"]),
        ("2025年，涪陵区开行西部陆海新通道班列112列。", ["500102"]),
        ("2025年，重庆西部陆海新通道班列开行1.5万列。", ["CN-50?"]),
        ("2025年，西部陆海新通道班列开行1.5万列。", ["route-ilstc"]),
        # each of them, or all together
        ("2025年，渝北区、江北区、南岸区进出口均超百亿元。", ["?"]),
        ("2025年，渝北区和江北区进出口超过100亿元。", ["?"]),
        ("2025年，渝北区、江北区进出口分别为7亿元、5亿元。", ["500112", "500105"]),
        # a paper's place is not whose it is
        ("11月销量\n上海证券报\n公司2024年销量29.1万辆，增长2%。", ["?", "?"]),
        ("赛力斯：销量\n上海证券报\n公司2024年销量29.1万辆。", ["org-seres?"]),
        ("江津区\n“我们2024年出口额达3.2亿美元。”负责人说。", ["?"]),
        # the nation was spoken of, and the next sentence names nobody
        ("2025年，重庆汽车出口47万辆。全国汽车出口700万辆。新能源汽车出口20万辆。",
         ["CN-50", "CN", "CN-50?"]),
        ("中国汽车出口 重庆占近一成\n2025年，汽车产量2000万辆。", ["CN-50", "CN-50?"]),
        ("2025年重庆市统计公报\n全年进出口8006.8亿元。", ["CN-50"]),
        ("2025年中山市统计公报\n重庆市\n全年进出口8006.8亿元。", ["?"]),
        ("沙坪坝区\n2025年，物流枢纽园区出口3亿元；计划2026年出口4亿元。", ["?", "?"]),
        # letters of two other words are no place
        ("2025年，成渝中欧班列累计开行超5500列，其中重庆2600列。", ["?", "CN-50"]),
        ("2025年，中欧班列（成渝）开行5500列，其中重庆2600列。", ["?", "CN-50"]),
        ("重庆外贸\n2025年，川渝中欧班列运输货值420亿元，增长3%。", ["?", "?"]),
        ("重庆投资\n2025年，成渝中线高铁完成投资120亿元。", ["?"]),
        ("2025年，川渝北部地区出口420亿元。", ["?"]),
        ("2025年，渝中欧班列开行2600列。", ["?"]),
        ("2025年，重庆长江北岸码头出口4亿元，长江南岸码头出口3亿元。", ["CN-50", "CN-50"]),
        ("2025年，重庆出口长寿命电池42亿元。", ["CN-50"]),
        ("2025年，渝中区、渝北区出口分别为7亿元、5亿元。", ["500103", "500112"]),
        ("2025年，渝北出口30亿元，南岸出口5亿元，长寿出口3亿元。",
         ["500112", "500108", "500115"]),
        # what passes a port is not all the city's, nor only the city's
        ("2025年，重庆口岸进出口货值3650亿元，增长8.2%，其中航空口岸占比达62.1%。", ["?"] * 3),
        ("重庆外贸\n2025年，水运口岸进出口1200亿元，占全市的15%。", ["?", "?"]),
        ("重庆外贸\n2025年，口岸进出口1200亿元。其中，出口700亿元。", ["?", "?"]),
        ("2025年，全市口岸进出口3650亿元，其中重庆市进出口2800亿元。", ["?", "CN-50"]),
        ("2025年，沿江口岸进出口2100亿元，其中万州港出口38亿元。", ["?", "?"]),
        ("2025年，重庆关区进出口4100亿元，增长8%。", ["?", "?"]),
        ("2025年，重庆口岸开放平台12个，进出口8006.8亿元。", ["CN-50", "CN-50"]),
        ("重庆外贸\n2025年，川渝两地进出口1.83万亿元，其中重庆8006.8亿元。", ["?", "CN-50"]),
    ],
)  # fmt: skip
def test_whose_a_figure_is(book, text, owners):
    found = [
        f"{figure.row['entity']}{'?' * ('entity' in figure.doubts)}"
        for figure in read(book, text, "2026-01-20").figures
    ]
    assert found == owners


@pytest.mark.parametrize(
    ("text", "day", "said"),
    [
        # a year that is to come is not that of what happened
        ("到2027年，重庆汽车出口额达到1000亿元。1月，汽车出口4.9万辆，同比下降3.2%。", "2026-02",
         ["/2027 actual?", "2026-01 actual", "2026-01 actual"]),
        ("明年，重庆进出口目标8400亿元。前11个月，进出口7277.6亿元，增长12.2%。", "2025-12",
         ["2026 target", "2025-01/2025-11? actual", "2025-01/2025-11? actual"]),
        ("到2030年，重庆出口突破8000亿元；上半年出口2800亿元。", "2026-07",
         ["/2030 actual?", "2026-01/2026-06? actual"]),
        ("重庆2025年出口5587亿元。到2030年，出口突破8000亿元。12月出口500亿元。", "2026-07",
         ["2025 actual", "/2030 actual?", "2025-12? actual"]),
        ("2026年，重庆将出口汽车65万辆，其中一季度力争出口15万辆。", "2025-12",
         ["2026 plan", "2026-Q1 target"]),
        ("2026年，重庆计划开工项目1000个。其中上半年计划开工300个。", "2025-12",
         ["2026 plan", "2026-01/2026-06? plan"]),
        # 全年计划 may be a noun
        ("重庆全年计划引进项目不少于300个，到位资金3650亿元以上。", "2026-07",
         ["2026 plan", "2026 plan"]),
        ("重庆全年计划开行中欧班列2600列，上半年完成全年计划的48.8%。", "2026-07",
         ["2026 plan", "2026-01/2026-06 actual"]),
        ("重庆全年计划出口汽车65万辆、出口额600亿元。上半年出口30万辆。", "2026-07",
         ["2026 plan", "2026 plan", "2026-01/2026-06 actual"]),
        # expected, and aimed at
        ("2026年，重庆运输货值预期增长10%，力争运输36万标箱。", "2026-01",
         ["2026 estimate", "2026 target"]),
        ("力争2026年重庆进出口达到8500亿元，预计增长5%。", "2026-01",
         ["2026 target", "2026 estimate"]),
        ("2026年重庆进出口预期增长5%，2025年实际增长12%，高出年初目标6个百分点。", "2026-01",
         ["2026 estimate", "2025 actual", "2025 actual"]),
    ],
)  # fmt: skip
def test_what_is_ahead_is_told_apart_from_what_was(book, text, day, said):
    found = []
    for figure in read(book, text, day).figures:
        marks = ["?" * (column in figure.doubts) for column in ("period", "status")]
        found.append(f"{figure.row['period']}{marks[0]} {figure.row['status']}{marks[1]}")
    assert found == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2025年7月，重庆出口增长9.7%，增速较6月回落2.8个百分点。", "pp_change -2.8 vs 6月"),
        (
            "2025年6月，重庆出口下降7.4%，降幅比前5个月扩大1.2个百分点。",
            "pp_change -1.2 vs 前5个月",
        ),
        ("2025年6月，重庆出口下降7.4%，降幅较去年同期扩大1.2个百分点。", "pp_change -1.2"),
        ("2025年，重庆工厂和平台较上年末分别减少3个和2个。", "difference -2 vs 上年末"),
        ("2025年，重庆出口、进口占比分别下降1.3个和4.2个百分点。", "pp_change -4.2"),
        ("2025年重庆对美出口下降31%，降幅大于全市21.4个百分点。", "difference -21.4 vs 全市"),
        # what it had more was all of it, where the other stands in a clause of its own
        ("与去年同期相比，2025年重庆外贸多了近700亿元。", "difference 700"),
        ("2025年，重庆进口2419.5亿元，少了494亿元。", "difference -494"),
        # 多 behind the number of the other year was of that number, and what followed a level
        ("2025年，重庆进出口比2023年的7137.4亿元多869.4亿元。", "difference 869.4"),
        ("2025年，重庆进出口比2023年的7137.4亿元多了近870亿元。", "difference 870"),
        # ahead of another is no change, and not the other's
        ("2025年，重庆进出口增长12%，跑赢全国8.4个百分点。", "difference 8.4 vs 全国"),
        ("2025年，重庆进出口增长2%，落后于广东约1.5个百分点。", "difference -1.5 vs 广东"),
        ("2025年，重庆出口增长2%，增速领先四川3个百分点。", "difference 3 vs 四川"),
    ],
)
def test_against_what_something_changed(book, text, said):
    row = rows(book, text)[-1]
    against = f" vs {row['base']}" if row["base"] else ""
    assert f"{row['measure']} {row['value']}{against}" == said
    assert row["entity"] == "CN-50"


@pytest.mark.parametrize(
    ("text", "indicator", "part"),
    [
        ("2025年，重庆规上汽车产业增加值增长3.2%。", "industrial_value_added", "sector=auto"),
        ("2025年，重庆外商投资企业进出口增长3%。", "trade_value", "enterprise=foreign"),
    ],
)
def test_the_head_of_a_part_s_name_is_no_indicator(book, text, indicator, part):
    """汽车 of 汽车产业 was what was produced of cars."""
    (row,) = rows(book, text)
    assert row["indicator"] == indicator
    assert part in row["breakdown"].split(";")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("2025年，重庆进口大豆12万吨，货值4.1亿元。", True),
        ("2025年，重庆经西部陆海新通道运输10万标箱，货值40亿元。", False),
    ],
)
def test_the_worth_of_goods_that_no_table_has_is_marked(book, text, marked):
    figure = read(book, text).figures[-1]
    assert ("indicator" in figure.doubts) is marked


@pytest.mark.parametrize("day", ["", "2025-03", "2025-04-18"])
def test_a_report_on_a_year_is_of_that_year(book, day):
    """Dated 2025年3月 its 全年 was open, or of the month of that date."""
    text = (
        "2024年重庆市国民经济和社会发展统计公报\n2025年3月\n"
        "全年货物进出口总额7154.2亿元，增长0.3%。12月出口472亿元。\n"
        "全年实际使用外资4.31亿美元。其中，制造业1.2亿美元。"
    )
    figures = read(book, text, day).figures
    assert [figure.row["period"] for figure in figures] == ["2024", "2024", "2024-12"] + [
        "2024"
    ] * 2
    assert not any("period" in figure.doubts for figure in figures[:4])


def test_a_month_below_a_title_is_when_it_was_published(book):
    text = "2024年重庆市统计公报\n（2025年3月）\n全年进出口7154.2亿元。"
    assert article_text(text.encode(), "a.txt").published == "2025-03"
    of_it = "2025年3月重庆外贸\n2025年3月\n进出口600亿元，增长3%。"
    assert article_text(of_it.encode(), "a.txt").published == ""
    assert [row["period"] for row in rows(book, of_it, "")] == ["2025-03"] * 2
