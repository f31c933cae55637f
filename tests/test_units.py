"""Units: reading, exact conversion, and how a Chinese text writes them."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cqbook.quantities.units import (
    MEASURED,
    SCALE_ZH,
    SCALES,
    UNSCALED,
    ZH,
    Unit,
    convert,
    format_zh,
    is_count,
    rescale_zh,
    unit_zh,
)

# The same examples in every run: a test must not fail by chance.
steady = settings(derandomize=True, deadline=None)

decimals = st.decimals(
    min_value=-(10**12), max_value=10**12, places=4, allow_nan=False, allow_infinity=False
)
scales = st.sampled_from(sorted(SCALE_ZH))


@pytest.mark.parametrize(
    ("text", "scale", "name", "chinese"),
    [
        ("100M CNY", 10**8, "CNY", "亿元"),
        ("100M USD", 10**8, "USD", "亿美元"),
        ("10k vehicles", 10**4, "vehicles", "万辆"),
        ("10k units", 10**4, "units", "万台"),
        ("10k kW", 10**4, "kW", "万千瓦"),
        ("1T CNY", 10**12, "CNY", "万亿元"),
        ("percent", 1, "percent", "%"),
        ("percentage points", 1, "percentage points", "个百分点"),
        ("times", 1, "times", "倍"),
        ("CNY/tonne", 1, "CNY/tonne", "元/吨"),
        ("CNY/TEU", 1, "CNY/TEU", "元/标箱"),
        ("visits/month", 1, "visits/month", "次/月"),
        ("contacts/week", 1, "contacts/week", "次/周"),
        ("TEU", 1, "TEU", "标箱"),
        ("trains", 1, "trains", "列"),
        ("mu", 1, "mu", "亩"),
        ("enterprises", 1, "enterprises", "家"),
        ("months", 1, "months", "个月"),
        ("person-times", 1, "person-times", "人次"),
    ],
)
def test_a_text_is_a_scale_and_a_name(text, scale, name, chinese):
    unit = Unit.parse(text)
    assert unit == Unit(scale, name)
    assert unit_zh(unit) == chinese
    assert str(unit) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "100M",
        "100M ",
        "100k CNY",
        "10 k vehicles",
        "亿元",
        "CNY ",
        " CNY",
        "100M  CNY",
        "10k percent",
        "100M percentage points",
        "CNY//tonne",
    ],
)
def test_a_broken_unit_is_named_with_what_was_expected(text):
    with pytest.raises(ValueError, match="不合规范") as caught:
        Unit.parse(text)
    assert text.strip() in str(caught.value)
    assert "expected '[scale ]name'" in str(caught.value)


@pytest.mark.parametrize("value", [None, float("nan"), 1])
def test_a_cell_that_is_not_text_is_refused(value):
    with pytest.raises(ValueError, match="not text"):
        Unit.parse(value)


def test_a_unit_without_a_chinese_name_says_where_to_add_it():
    with pytest.raises(ValueError, match=r"'parsecs'.*cqbook\.quantities\.units\.ZH"):
        unit_zh(Unit.parse("parsecs"))


def test_every_scale_and_every_name_can_be_written_and_read():
    assert set(SCALE_ZH) == {1, *SCALES.values()}
    for name in ZH:
        for scale in [1] if name in UNSCALED else SCALE_ZH:
            unit = Unit(scale, name)
            assert Unit.parse(str(unit)) == unit
            assert unit_zh(unit)


@pytest.mark.parametrize(
    ("value", "from_text", "to_text", "expected"),
    [
        ("8158.4", "100M CNY", "CNY", "815840000000"),
        ("3.1", "100M CNY", "10k CNY", "31000"),
        ("457", "10k kW", "kW", "4570000"),
        ("19719", "vehicles", "10k vehicles", "1.9719"),
        ("1.2", "1T CNY", "100M CNY", "12000"),
        ("2.5", "1B USD", "1M USD", "2500"),
        ("-0.3", "1k tonnes", "10M tonnes", "-0.00003"),
        ("42", "percent", "percent", "42"),
        ("1.2", "times", "percent", "120"),
        ("-5", "percent", "times", "-0.05"),
    ],
)
def test_conversion_is_exact_and_plain(value, from_text, to_text, expected):
    converted = convert(Decimal(value), Unit.parse(from_text), Unit.parse(to_text))
    assert converted == Decimal(expected)
    assert "E" not in str(convert(Decimal(value), Unit.parse(from_text), Unit.parse(from_text)))
    assert converted.as_tuple().exponent <= 0


@pytest.mark.parametrize(
    ("from_text", "to_text"),
    [
        ("100M CNY", "100M USD"),
        ("percent", "percentage points"),
        ("CNY", "CNY/tonne"),
        ("kW", "kWh"),
    ],
)
def test_different_units_do_not_convert(from_text, to_text):
    with pytest.raises(ValueError, match="不能换算") as caught:
        convert(Decimal(1), Unit.parse(from_text), Unit.parse(to_text))
    assert from_text in str(caught.value)
    assert to_text in str(caught.value)


def test_a_float_is_refused():
    with pytest.raises(TypeError, match="printed digits are lost"):
        convert(1.5, Unit(1, "CNY"), Unit(1, "CNY"))
    with pytest.raises(TypeError, match="printed digits are lost"):
        format_zh(1.5, Unit(1, "CNY"))


def test_what_is_not_a_number_is_refused():
    for value in (Decimal("NaN"), Decimal("Infinity")):
        with pytest.raises(ValueError, match="not a finite number"):
            convert(value, Unit(1, "CNY"), Unit(1, "CNY"))


@steady
@given(decimals, scales, scales)
def test_conversion_loses_nothing(value, one, other):
    there, back = Unit(one, "CNY"), Unit(other, "CNY")
    converted = convert(value, there, back)
    assert Fraction(converted) * other == Fraction(value) * one
    assert convert(converted, back, there) == value


@steady
@given(decimals, scales, scales)
def test_conversion_does_not_depend_on_the_current_context(value, one, other):
    with localcontext(prec=3):
        converted = convert(value, Unit(one, "CNY"), Unit(other, "CNY"))
    assert Fraction(converted) * other == Fraction(value) * one


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("8158.4", "100M CNY", "8158.4亿元"),
        ("36.9", "10k vehicles", "36.9万辆"),
        ("2", "percent", "2%"),
        ("2.0", "percent", "2.0%"),
        ("4.8", "percentage points", "4.8个百分点"),
        ("19719", "vehicles", "19719辆"),
        ("-3.5", "percent", "−3.5%"),
        ("-0.0", "percent", "0.0%"),
        ("4", "rank", "第4位"),
        ("10", "times", "10倍"),
        ("250", "CNY/tonne", "250元/吨"),
    ],
)
def test_a_number_is_written_with_its_digits_and_unit(value, unit, text):
    assert format_zh(Decimal(value), Unit.parse(unit)) == text


def test_an_exponent_is_never_printed():
    assert format_zh(Decimal("3.1E+8"), Unit.parse("CNY")) == "310000000元"


@pytest.mark.parametrize(
    ("value", "unit", "places", "text"),
    [
        ("815840000000", "CNY", None, "8158.4亿元"),
        ("12000", "100M CNY", None, "1.2万亿元"),
        ("0.5", "100M CNY", None, "5000万元"),
        ("9999", "vehicles", None, "9999辆"),
        ("10000", "vehicles", None, "1万辆"),
        ("-19719", "vehicles", None, "−1.9719万辆"),
        ("-19719", "vehicles", 1, "−2.0万辆"),
        ("99999600", "CNY", 1, "1.0亿元"),
        ("9999.96", "100M CNY", 1, "1.0万亿元"),
        ("9600", "100M CNY", 1, "9600.0亿元"),
        ("123456", "1T CNY", None, "123456万亿元"),
        ("0.25", "CNY", None, "0.25元"),
        ("0", "100M CNY", None, "0元"),
        ("48.25", "percent", 1, "48.3%"),
        ("48.250", "percent", None, "48.25%"),
        ("20000", "percent", None, "20000%"),
    ],
)
def test_a_computed_number_takes_the_scale_of_an_analyst(value, unit, places, text):
    assert rescale_zh(Decimal(value), Unit.parse(unit), decimals=places) == text


@steady
@given(decimals.filter(lambda value: abs(value) >= 1), scales.filter(lambda s: s <= 10**8))
def test_a_rescaled_number_lies_between_one_and_ten_thousand(value, scale):
    text = rescale_zh(value, Unit(scale, "vehicles"))
    magnitude = abs(Decimal(text.rstrip("万亿辆").replace("−", "-")))
    assert magnitude >= 1
    assert magnitude < 10**4 or "万亿" in text


def test_a_unit_counts_or_measures():
    """A bare count was not rounded: what counts single things, and what measures."""
    for text in ("vehicles", "enterprises", "projects", "rank", "index", "TEU", "person-times"):
        assert is_count(Unit.parse(text)) is True, text
    measured = [
        *("CNY", "USD", "percent", "percentage points", "times", "tonnes", "mu", "km"),
        *("km2",),
        *("m2", "hours", "minutes", "days", "weeks", "months", "years", "kW", "kWh"),
    ]
    assert set(measured) == MEASURED
    for text in (*measured, "10k vehicles", "1k enterprises", "CNY/tonne", "visits/month"):
        assert is_count(Unit.parse(text)) is False, text


def test_what_takes_no_scale():
    assert {"percent", "percentage points", "times", "rank"} == UNSCALED
    for name in UNSCALED:
        with pytest.raises(ValueError, match="takes no scale"):
            Unit(10**4, name)


def test_a_scale_that_no_table_has():
    with pytest.raises(ValueError, match=r"数量级 100 不在表内.*unknown scale 100;"):
        Unit(100, "CNY")
    with pytest.raises(ValueError, match=r"数量级“12k”不在表内.*1k 10k 1M 10M 100M 1B 1T 之一"):
        Unit.parse("12k CNY")
    with pytest.raises(ValueError, match="数量级“2m”不在表内"):
        Unit.parse("2m")


@pytest.mark.parametrize(
    ("scale", "word"),
    [
        *((1, ""), (10**3, "千"), (10**4, "万"), (10**6, "百万"), (10**7, "千万")),
        *((10**8, "亿"), (10**9, "十亿"), (10**12, "万亿")),
    ],
)
def test_each_scale_has_its_word(scale, word):
    assert unit_zh(Unit(scale, "CNY")) == f"{word}元"
    # to another scale and back: each is the power of ten that its word says
    assert convert(1, Unit(scale, "CNY"), Unit(1, "CNY")) == scale


def test_rounding_is_half_away_from_zero_to_the_decimals_asked_for():
    assert rescale_zh(Decimal("1.25"), Unit.parse("percent"), decimals=1) == "1.3%"
    assert rescale_zh(Decimal("-1.25"), Unit.parse("percent"), decimals=1) == "−1.3%"
    assert rescale_zh(Decimal("0.4"), Unit.parse("percent"), decimals=0) == "0%"
    assert rescale_zh(Decimal("1.5"), Unit.parse("percent"), decimals=0) == "2%"


def test_the_printed_figures_have_the_words_of_their_units(book):
    """Of each unit of the data some figure is printed with just the words that we write."""
    frame = book.observations()
    frame = frame[frame["value_text"].ne("") & frame["value_upper_text"].eq("")]
    seen, said = set(), set()
    for row in frame.to_dict("records"):
        unit = Unit.parse(row["unit"])
        seen.add(unit.name)
        # 万 and 亿 may stand elsewhere (近9万台次): what is looked for is the counting word
        if unit_zh(Unit(1, unit.name)) in row["as_printed"]:
            said.add(unit.name)
    assert seen - said == {"CNY/TEU", "CNY/tonne", "contacts/week", "visits/month"}, "每吨…元"
    assert {part for name in seen for part in name.split("/")} | set(NOT_PRINTED) >= set(ZH)


#: Names that no figure of the book has yet: nothing printed confirms them.
NOT_PRINTED = {
    **{"chains": "条", "clusters": "个", "households": "户", "index": "点", "m": "米"},
    **{"industries": "个产业", "rooms": "间", "vehicle": "辆", "month": "月", "contacts": "次"},
    **{"tonne": "吨", "week": "周", "visits": "次", "TEU": "标箱", "tonnes": "吨", "weeks": "周"},
}


@pytest.mark.parametrize(("name", "chinese"), NOT_PRINTED.items())
def test_names_that_no_figure_confirms(name, chinese):
    assert unit_zh(Unit(1, name)) == chinese


def test_every_unit_of_the_data_has_a_chinese_name(book):
    units = {Unit.parse(text) for text in book.observations()["unit"]}
    assert all(unit_zh(unit) for unit in units)
