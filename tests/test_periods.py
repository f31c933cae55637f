"""Periods: what the tables may write, what it means, how it is labelled and ordered."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cqbook.quantities.periods import EXAMPLES, Period

# The same examples in every run: a test must not fail by chance.
steady = settings(derandomize=True, deadline=None)

MEANING = [
    # text, kind, start, end, months, ytd, Chinese label
    ("2022", "year", date(2022, 1, 1), date(2022, 12, 31), 12, False, "2022年"),
    ("2023-Q1", "quarter", date(2023, 1, 1), date(2023, 3, 31), 3, True, "2023年一季度"),
    ("2023-Q4", "quarter", date(2023, 10, 1), date(2023, 12, 31), 3, False, "2023年四季度"),
    ("2022-03", "month", date(2022, 3, 1), date(2022, 3, 31), 1, False, "2022年3月"),
    ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29), 1, False, "2024年2月"),
    ("2023-01", "month", date(2023, 1, 1), date(2023, 1, 31), 1, True, "2023年1月"),
    ("2023-05-26", "day", date(2023, 5, 26), date(2023, 5, 26), None, False, "2023年5月26日"),
    ("2023-01-01", "day", date(2023, 1, 1), date(2023, 1, 1), None, False, "2023年1月1日"),
    ("2023-01/2023-04", "range", date(2023, 1, 1), date(2023, 4, 30), 4, True, "2023年1—4月"),
    ("2023-01/2023-09", "range", date(2023, 1, 1), date(2023, 9, 30), 9, True, "2023年1—9月"),
    ("2023-01/2023-12", "range", date(2023, 1, 1), date(2023, 12, 31), 12, False, "2023年1—12月"),
    ("2023-05/2023-08", "range", date(2023, 5, 1), date(2023, 8, 31), 4, False, "2023年5—8月"),
    (
        "2022-11/2023-04",
        "range",
        date(2022, 11, 1),
        date(2023, 4, 30),
        6,
        False,
        "2022年11月—2023年4月",
    ),
    ("2012/2025", "range", date(2012, 1, 1), date(2025, 12, 31), 168, False, "2012—2025年"),
    ("2012/2023-04", "range", date(2012, 1, 1), date(2023, 4, 30), 136, False, "2012年—2023年4月"),
    ("2023-Q1/2023-Q3", "range", date(2023, 1, 1), date(2023, 9, 30), 9, True, "2023年一至三季度"),
    (
        "2023-05-01/2023-05-07",
        "range",
        date(2023, 5, 1),
        date(2023, 5, 7),
        None,
        False,
        "2023年5月1—7日",
    ),
    (
        "2023-01-01/2023-05-26",
        "range",
        date(2023, 1, 1),
        date(2023, 5, 26),
        None,
        True,
        "2023年1月1日—5月26日",
    ),
    ("../2022", "open", None, date(2022, 12, 31), None, False, "截至2022年"),
    ("../2023-12", "open", None, date(2023, 12, 31), None, False, "截至2023年12月"),
    ("/2030", "open", None, date(2030, 12, 31), None, False, "到2030年"),
    ("2023-05/..", "open", date(2023, 5, 1), None, None, False, "2023年5月起"),
]


@pytest.mark.parametrize(("text", "kind", "start", "end", "months", "ytd", "label"), MEANING)
def test_a_text_means_days_and_has_a_label(text, kind, start, end, months, ytd, label):
    period = Period.parse(text)
    assert (period.kind, period.start, period.end) == (kind, start, end)
    assert (period.months, period.is_ytd, period.zh()) == (months, ytd, label)
    assert str(period) == text


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_in_the_error_message_are_periods(text):
    assert str(Period.parse(text)) == text


BROKEN = [
    "",
    "2022-13",
    "2023-02-29",
    "2022Q1",
    "2023-Q5",
    "2022-3",
    "23-03",
    "0202",
    "2203",
    "2022年",
    "２０２２",  # full-width digits
    " 2022",
    "2022\n",
    "2023-04/2023-01",
    "2023-01/2023-01",
    "2023/2023-04",
    "2023-01/2023-02/2023-03",
    "/",
    "../..",
    "../",
    "2022/",
    "/..",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_text_is_named_with_what_was_expected(text):
    with pytest.raises(ValueError, match="不合规范") as caught:
        Period.parse(text)
    message = str(caught.value)
    assert f"“{text}”" in message
    assert repr(text) in message
    assert message.count("2023-01/2023-04") == 2  # expected forms, in Chinese and in English


@pytest.mark.parametrize("value", [None, float("nan"), 2022, 2022.0])
def test_a_cell_that_is_not_text_is_refused(value):
    with pytest.raises(ValueError, match="not text"):
        Period.parse(value)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2022", "2021"),
        ("2023-Q1", "2022-Q1"),
        ("2022-03", "2021-03"),
        ("2023-01/2023-04", "2022-01/2022-04"),
        ("2022-11/2023-04", "2021-11/2022-04"),
        ("2012/2025", "2011/2024"),
        ("2024-02-29", "2023-02-28"),
        ("2024-02", "2023-02"),
        ("2024-02-28/2024-02-29", "2023-02-28"),
    ],
)
def test_the_year_before_is_the_same_period(text, before):
    assert str(Period.parse(text).year_before()) == before


@pytest.mark.parametrize("text", ["../2022", "/2030", "2023-05/.."])
def test_an_open_period_has_no_year_before(text):
    with pytest.raises(ValueError, match="没有上年同期") as caught:
        Period.parse(text).year_before()
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [
        ("2022", "2022-03", True),
        ("2022", "2022", True),
        ("2022-03", "2022", False),
        ("2023-Q1", "2023-01/2023-03", True),
        ("2022", "2022-12/2023-01", False),
        ("../2022", "2015", True),
        ("../2022", "2023-01", False),
        ("../2022", "../2021", True),
        ("../2022", "2021/..", False),
        ("2023-05/..", "2030", True),
        ("2023-05/..", "2023-04/..", False),
    ],
)
def test_contains_every_day(outer, inner, inside):
    assert Period.parse(outer).contains(Period.parse(inner)) is inside


def test_contains_a_date():
    april = Period.parse("2023-04")
    assert april.contains(date(2023, 4, 30))
    assert not april.contains(date(2023, 5, 1))


def test_periods_sort_by_end_then_start():
    texts = ["2023-05/..", "2023", "2022", "2023-01/2023-04", "../2022", "2022-12", "2023-04"]
    in_order = ["../2022", "2022", "2022-12", "2023-01/2023-04", "2023-04", "2023", "2023-05/.."]
    assert [str(period) for period in sorted(map(Period.parse, texts))] == in_order


def test_two_spellings_of_the_same_days_differ_but_cover_the_same_span():
    quarter, months = Period.parse("2023-Q1"), Period.parse("2023-01/2023-03")
    assert quarter != months
    assert quarter.span == months.span
    assert (quarter < months) != (months < quarter)


def test_a_period_does_not_compare_with_text():
    with pytest.raises(TypeError):
        assert Period.parse("2022") < "2023"


def _text(day, kind):
    quarter = (day.month + 2) // 3
    return {
        "year": f"{day:%Y}",
        "quarter": f"{day:%Y}-Q{quarter}",
        "month": f"{day:%Y-%m}",
        "day": f"{day}",
    }[kind]


calendar_texts = st.builds(
    _text,
    st.dates(date(1901, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["year", "quarter", "month", "day"]),
)
ranges = (
    st.tuples(calendar_texts, calendar_texts)
    .filter(lambda pair: Period.parse(pair[0]).end < Period.parse(pair[1]).start)
    .map("/".join)
)
open_ones = calendar_texts.flatmap(
    lambda text: st.sampled_from([f"../{text}", f"/{text}", f"{text}/.."])
)
any_period = st.one_of(calendar_texts, ranges, open_ones).map(Period.parse)


@steady
@given(any_period)
def test_every_period_prints_as_it_was_read(period):
    assert Period.parse(str(period)) == period
    assert period.zh()
    assert period.contains(period)


@steady
@given(any_period, any_period, any_period)
def test_the_order_is_total(a, b, c):
    assert (a < b) + (b < a) + (a == b) == 1
    if a < b < c:
        assert a < c


@steady
@given(st.one_of(calendar_texts, ranges).map(Period.parse))
def test_the_year_before_starts_a_year_earlier(period):
    before = period.year_before()
    assert before.start.year == period.start.year - 1
    assert before.months == period.months or period.months is None
    assert abs((period.end - before.end) - timedelta(days=365)) <= timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2022", [2022]),
        ("2022-11/2023-04", [2022, 2023]),
        ("2012/2015", [2012, 2013, 2014, 2015]),
        ("../2022", [2022]),
        ("/2030", [2030]),
        ("2023-05/..", [2023]),
    ],
)
def test_the_years_that_a_period_touches(text, years):
    assert list(Period.parse(text).years) == years


def test_a_range_begins_after_its_first_part_is_over():
    # the last day of the first part is still a part of it
    with pytest.raises(ValueError, match="begin after"):
        Period.parse("2023-01/2023-01-31")
    assert Period.parse("2023-01/2023-02-01").end == date(2023, 2, 1)
    with pytest.raises(ValueError, match="begin after"):
        Period.parse("2023-03/2023")


def test_an_unknown_start_is_before_every_day():
    assert not Period.parse("2022").contains(Period.parse("../2022"))
    assert not Period.parse("1999/..").contains(Period.parse("../2030"))
    assert Period.parse("../2030").contains(Period.parse("/2022"))


def test_of_two_that_end_together_the_one_that_starts_first_comes_first():
    assert Period.parse("2023-01/2023-04") < Period.parse("2023-04")
    assert Period.parse("../2023-04") < Period.parse("2023-01/2023-04")
    assert not Period.parse("2023-04") < Period.parse("2023-01/2023-04")
    # by their days, and not by how they are written
    assert Period.parse("2023-Q2") < Period.parse("2023-06")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2023-04-28/2023-05-07", "2023年4月28日—5月7日"),
        ("2022-12-28/2023-01-03", "2022年12月28日—2023年1月3日"),
        ("2022-Q4/2023-Q1", "2022年四季度—2023年一季度"),
        ("2023-Q2/2023-08", "2023年二季度—2023年8月"),
        ("2023-05-30/2023-06-30", "2023年5月30日—6月30日"),
        ("2023-Q2/2023-Q4", "2023年二至四季度"),
    ],
)
def test_labels_of_ranges_over_months_quarters_and_years(text, label):
    assert Period.parse(text).zh() == label


def test_the_message_names_the_part_that_is_wrong():
    with pytest.raises(ValueError, match="：“2022-3”不是年、季、月、日；应写成 2022 2023-Q1 "):
        Period.parse("2022-01/2022-3")
    with pytest.raises(ValueError, match="：它不是年、季、月、日；"):
        Period.parse("2022-3")
