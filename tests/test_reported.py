"""Reported figures: what print leaves open, and that no derived figure claims more.

The property tests draw intervals and, inside them, the true values as fractions. Whatever the
true values are, the exact result has to lie in the interval that the module computes.
"""

import itertools
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cqbook.quantities import formulas, wording
from cqbook.quantities.interval import EMPTY, UNBOUNDED, Interval
from cqbook.quantities.qualifiers import QUALIFIERS, SIGNED_MEASURES, from_printed
from cqbook.quantities.units import Unit
from cqbook.quantities.wording import supported_digits

# The same examples in every run: a test must not fail by chance.
steady = settings(derandomize=True, deadline=None, max_examples=300)

PERCENT = Unit(1, "percent")


def interval(text):
    """Read the notation that an interval prints: `[1, 2)`, `(-∞, 5]`."""
    lower, upper = text[1:-1].split(", ")
    return Interval(
        None if lower == "-∞" else Decimal(lower),
        None if upper == "∞" else Decimal(upper),
        text[0] == "[",
        text[-1] == "]",
    )


def holds(box, truth):
    """Whether a fraction lies in an interval, ends as they are."""
    above = box.lower is None or (
        Fraction(box.lower) <= truth if box.lower_closed else Fraction(box.lower) < truth
    )
    below = box.upper is None or (
        truth <= Fraction(box.upper) if box.upper_closed else truth < Fraction(box.upper)
    )
    return above and below


ends = st.decimals(min_value=-200, max_value=200, places=1)
positive_ends = st.decimals(min_value=Decimal("0.1"), max_value=400, places=1)
growth_ends = st.decimals(min_value=-99, max_value=300, places=1)


# to draw is what takes the time of these tests: few draws, each of many things
closings = st.sampled_from([*itertools.product((True, False), repeat=2)])
#: One interval of five has no lower end; of the others one of five no upper end.
shapes = st.sampled_from(["below"] * 5 + ["above"] * 4 + ["both"] * 16)
distances = st.sampled_from(
    [Fraction(n, whole) for n in range(1, 100) for whole in (100, 10**6, 10**60)]
)
places = st.integers(0, 3)


def an_interval(draw, numbers, bounded):
    lower, upper = sorted([draw(numbers), draw(numbers)])
    closed = (True, True) if lower == upper else draw(closings)
    shape = "both" if bounded else draw(shapes)
    if shape == "below":
        return Interval(None, upper, False, closed[1])
    if shape == "above":
        return Interval(lower, None, closed[0], False)
    return Interval(lower, upper, *closed)


@st.composite
def intervals(draw, numbers=ends, bounded=False):
    return an_interval(draw, numbers, bounded)


@st.composite
def with_truth(draw, numbers=ends, bounded=False):
    """Draw an interval and a number in it, often at or very near an end."""
    box = an_interval(draw, numbers, bounded)
    near, place = draw(distances), draw(places)
    far = (near, 10**9 * near, Fraction(0), near)[place]
    if box.lower is None:
        truth = Fraction(box.upper) - far
    elif box.upper is None:
        truth = Fraction(box.lower) + far
    else:
        way = (Fraction(0), near, 1 - near, Fraction(1))[place]
        truth = Fraction(box.lower) + (Fraction(box.upper) - Fraction(box.lower)) * way
    assume(holds(box, truth))
    return box, truth


levels = with_truth(positive_ends)
growths = with_truth(growth_ends)


# --- the interval itself --------------------------------------------------------------------


@pytest.mark.parametrize("text", ["[1, 2]", "(1, 2]", "[1, 2)", "(-∞, 5]", "(9, ∞)", "(-∞, ∞)"])
def test_an_interval_prints_in_the_usual_notation(text):
    assert str(interval(text)) == text


@pytest.mark.parametrize(
    ("ends", "error"),
    [
        ((Decimal(2), Decimal(1)), ValueError),
        ((None, Decimal(1), True, False), ValueError),
        ((Decimal(1), None, False, True), ValueError),
        ((Decimal("NaN"), Decimal(1)), ValueError),
        ((Decimal(1), Decimal("Infinity")), ValueError),
        ((1.5, Decimal(2)), TypeError),
        ((1, 2), TypeError),
    ],
)
def test_what_is_no_interval_cannot_be_made(ends, error):
    with pytest.raises(error):
        Interval(*ends)


def test_width_midpoint_and_emptiness():
    box = interval("[48.1, 48.4)")
    assert (box.width, box.midpoint, box.is_empty) == (Decimal("0.3"), Decimal("48.25"), False)
    for unbounded in (UNBOUNDED, interval("[1, ∞)"), interval("(-∞, 1]")):
        assert (unbounded.width, unbounded.midpoint, unbounded.is_empty) == (None, None, False)
    assert EMPTY.is_empty
    for empty in ("[1, 1)", "(1, 1]", "(1, 1)"):
        assert interval(empty).is_empty, empty
    assert not Interval.exactly(1).is_empty


@pytest.mark.parametrize(
    ("box", "value", "inside"),
    [
        ("[1, 2)", "1", True),
        ("[1, 2)", "2", False),
        ("(1, 2)", "1", False),
        ("(9, ∞)", "9", False),
        ("(9, ∞)", "1000000", True),
        ("(-∞, ∞)", "0", True),
    ],
)
def test_contains_respects_open_ends(box, value, inside):
    assert interval(box).contains(Decimal(value)) is inside


@pytest.mark.parametrize(
    ("one", "other", "common", "hull"),
    [
        ("[1, 3]", "[2, 4]", "[2, 3]", "[1, 4]"),
        ("[1, 2]", "[2, 3]", "[2, 2]", "[1, 3]"),
        ("[1, 2)", "[2, 3]", None, "[1, 3]"),
        ("[1, 2]", "(2, 3]", None, "[1, 3]"),
        ("[1, 2]", "[5, 6]", None, "[1, 6]"),
        ("(1, 2)", "[1, 2]", "(1, 2)", "[1, 2]"),
        ("(9, ∞)", "[0, 10]", "(9, 10]", "[0, ∞)"),
        ("(-∞, 1)", "(0, ∞)", "(0, 1)", "(-∞, ∞)"),
    ],
)
def test_intersection_and_union(one, other, common, hull):
    a, b = interval(one), interval(other)
    expected = EMPTY if common is None else interval(common)
    assert a.intersection(b) == b.intersection(a) == expected
    assert a.union(b) == b.union(a) == interval(hull)
    assert a.overlaps(b) is (common is not None)
    assert expected.is_subset(a)
    assert a.is_subset(a.union(b))


@pytest.mark.parametrize(
    ("one", "operator", "other", "result"),
    [
        ("[1, 2)", "+", "[10, 20]", "[11, 22)"),
        ("[1, 2)", "-", "[10, 20]", "[-19, -8)"),
        ("(9, ∞)", "-", "[1, 2)", "(7, ∞)"),
        ("(9, ∞)", "-", "(9, ∞)", "(-∞, ∞)"),
        ("[1, 2)", "*", "(3, 4]", "(3, 8)"),
        ("[-1, 2)", "*", "[-3, 4]", "(-6, 8)"),
        ("[-1, 2]", "*", "[-3, 4]", "[-6, 8]"),
        # 0 times what is open or absent is an attained 0
        ("[0, 1]", "*", "(1, ∞)", "[0, ∞)"),
        ("(0, 1]", "*", "(1, ∞)", "(0, ∞)"),
        ("[0, 0]", "*", "(-∞, ∞)", "[0, 0]"),
        ("[0, 1)", "*", "(1, 2)", "[0, 2)"),
        # a 0 that is only neared is not attained by what it is multiplied with
        ("(0, 1]", "*", "[1, 2]", "(0, 2]"),
        ("[1, 2]", "*", "(0, 1]", "(0, 2]"),
        ("[6, 6]", "/", "[3, 3]", "[2, 2]"),
        ("[1, 2)", "/", "[4, 5)", "(0.2, 0.5)"),
        ("[-1, 2]", "/", "[-4, -2]", "[-1, 0.5]"),
        ("[1, 2]", "/", "[4, ∞)", "(0, 0.5]"),
        ("[0, 2]", "/", "[4, ∞)", "[0, 0.5]"),
        ("[1, ∞)", "/", "[1, ∞)", "(0, ∞)"),
        ("[1, 2]", "/", "(0, 4]", "[0.25, ∞)"),
        ("[1, 2]", "/", "[0, 4]", "[0.25, ∞)"),
        ("[1, 2]", "/", "[-4, 0]", "(-∞, -0.25]"),
        ("[-1, 2]", "/", "(0, 4]", "(-∞, ∞)"),
        ("[0, 2]", "/", "(0, 4]", "[0, ∞)"),
        ("[1, 2]", "/", "(-1, 1)", "(-∞, ∞)"),
    ],
)
def test_arithmetic_keeps_open_ends_open(one, operator, other, result):
    a, b = interval(one), interval(other)
    computed = {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "/": lambda: a / b,
    }[operator]()
    assert computed == interval(result)


def test_numbers_and_intervals_mix():
    box = interval("[1, 2)")
    assert box + 1 == 1 + box == interval("[2, 3)")
    assert 1 - box == interval("(-1, 0]")
    assert box * Decimal("-2") == -2 * box == interval("(-4, -2]")
    assert 1 / box == interval("(0.5, 1]")
    assert box / 2 == interval("[0.5, 1)")


def test_a_float_does_not_mix():
    for compute in (lambda box: box + 0.5, lambda box: 0.5 * box, lambda box: box / 0.5):
        with pytest.raises(TypeError):
            compute(interval("[1, 2)"))
    with pytest.raises(TypeError, match="printed digits are lost"):
        interval("[1, 2)").contains(1.5)


def test_a_divisor_that_is_only_zero_is_an_error():
    with pytest.raises(ZeroDivisionError, match="除数为零"):
        interval("[1, 2]") / 0


def test_nothing_comes_of_nothing():
    box = interval("[1, 2]")
    for result in (EMPTY + box, box - EMPTY, EMPTY * box, box / EMPTY, EMPTY / 0, -EMPTY):
        assert result.is_empty
    assert EMPTY.union(box) == box.union(EMPTY) == box
    # an interval without a number, elsewhere than at 0
    none = interval("[3, 3)")
    for result in (none + box, box + none, none - box, none * box, box * none, none / box):
        assert result.is_empty
    assert (box / none).is_empty


def test_a_third_is_rounded_outwards_to_fifty_digits():
    third = Interval.exactly(1) / 3
    assert third.lower == Decimal("0." + "3" * 50)
    assert third.upper == Decimal("0." + "3" * 49 + "4")


def test_results_do_not_depend_on_the_current_context():
    with localcontext(prec=3):
        summed = from_printed("8158.4") + from_printed("3929.91")
        shared = formulas.share(from_printed("3929.91"), from_printed("8158.4"))
    assert summed == interval("[12088.255, 12088.365)")
    assert shared == formulas.share(from_printed("3929.91"), from_printed("8158.4"))


OPERATIONS = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
}


@steady
@given(st.sampled_from(sorted(OPERATIONS)), with_truth(), with_truth())
def test_an_operation_contains_the_exact_result(symbol, one, other):
    (a, x), (b, y) = one, other
    operation = OPERATIONS[symbol]
    assume(symbol != "/" or (y != 0 and b != Interval.exactly(0)))
    assert holds(operation(a, b), operation(x, y))


@steady
@given(with_truth(), with_truth())
def test_sets_contain_what_they_should(one, other):
    (a, x), (b, y) = one, other
    assert holds(a.union(b), x)
    assert holds(a.union(b), y)
    assert holds(a.intersection(b), x) is holds(b, x)
    assert holds(-a, -x)


@steady
@given(st.sampled_from("+-*"), intervals(bounded=True), intervals(bounded=True))
def test_sums_and_products_are_no_wider_than_their_corners(symbol, a, b):
    assume(not a.is_empty and not b.is_empty)
    operation = OPERATIONS[symbol]
    corners = [
        operation(Fraction(x), Fraction(y)) for x in (a.lower, a.upper) for y in (b.lower, b.upper)
    ]
    result = operation(a, b)
    assert Fraction(result.lower) == min(corners)
    assert Fraction(result.upper) == max(corners)


@steady
@given(intervals(bounded=True), intervals(positive_ends, bounded=True))
def test_quotients_are_no_wider_than_their_corners(a, b):
    corners = [Fraction(x) / Fraction(y) for x in (a.lower, a.upper) for y in (b.lower, b.upper)]
    result = a / b
    tiny = Fraction(1, 10**45)
    assert min(corners) - tiny <= Fraction(result.lower) <= min(corners)
    assert max(corners) <= Fraction(result.upper) <= max(corners) + tiny


# --- from print -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "qualifier", "upper", "signed", "expected"),
    [
        ("8158.4", "as_rounded", None, False, "[8158.35, 8158.45)"),
        ("2", "as_rounded", None, False, "[1.5, 2.5)"),
        ("2.0", "as_rounded", None, False, "[1.95, 2.05)"),
        ("1", "as_rounded", None, False, "[0.5, 1.5)"),
        ("0.3", "as_rounded", None, False, "[0.25, 0.35)"),
        ("42", "as_rounded", None, False, "[41.5, 42.5)"),
        ("3500", "as_rounded", None, False, "[3499.5, 3500.5)"),
        ("-2", "as_rounded", None, True, "(-2.5, -1.5]"),
        ("0", "as_rounded", None, True, "(-0.5, 0.5)"),
        ("3", "as_rounded", "4", False, "[2.5, 4.5)"),
        ("-3", "as_rounded", "1.0", True, "(-3.5, 1.05)"),
        ("300", "about", None, False, "[270, 330]"),
        ("250", "about", None, False, "[225, 275]"),
        # three digits are meant, and rounded: 约104.7万辆, 约10.5%
        ("1.047", "about", None, False, "[1.0465, 1.0475]"),
        ("-10.5", "about", None, True, "[-10.55, -10.45]"),
        ("174000", "about", None, False, "[173500, 174500]"),
        ("1000", "magnitude", None, False, "[1000, 10000)"),
        ("1", "magnitude", None, False, "[1, 10)"),
        # 3000亿级 is not 4000亿级
        ("3000", "magnitude", None, False, "[3000, 4000)"),
        ("1.5", "magnitude", None, False, "[1.5, 1.6)"),
        ("2", "about", None, False, "[1.5, 2.5]"),
        ("-300", "about", None, True, "[-330, -270]"),
        ("1", "about", "2", False, "[0.5, 2.5]"),
        ("10", "nearly", None, False, "[9, 10)"),
        ("-10", "nearly", None, True, "(-10, -9]"),
        ("9", "over", None, False, "(9, ∞)"),
        ("-5", "over", None, True, "(-∞, -5)"),
        ("4.2", "more_than", None, False, "[4.2, 4.3)"),
        ("4.0", "more_than", None, False, "[4.0, 4.1)"),
        ("3500", "more_than", None, False, "[3500, 3600)"),
        ("3520", "more_than", None, False, "[3520, 3530)"),
        ("500", "more_than", None, False, "[500, 600)"),
        ("20", "more_than", None, False, "[20, 30)"),
        ("1", "more_than", None, False, "[1, 2)"),
        ("-20", "more_than", None, True, "(-30, -20]"),
        ("800", "at_least", None, False, "[800, ∞)"),
        ("-800", "at_least", None, True, "(-∞, -800]"),
        ("5", "under", None, False, "[0, 5)"),
        ("5", "under", None, True, "(-∞, 5)"),
        ("-5", "under", None, False, "(-5, 0]"),
        (None, "unchanged", None, True, "[-1, 1]"),
        ("", "unchanged", "", True, "[-1, 1]"),
    ],
)
def test_a_printed_figure_is_read_as_an_interval(value, qualifier, upper, signed, expected):
    assert from_printed(value, qualifier, upper, signed=signed) == interval(expected)


def test_a_figure_is_a_level_unless_it_is_said_to_be_signed():
    assert from_printed("5", "under") == interval("[0, 5)")


def test_the_value_may_be_a_decimal_or_an_int():
    assert from_printed(Decimal("2.0")) == from_printed("2.0")
    assert from_printed(Decimal("3.5E+3")) == from_printed(3500) == from_printed("3500")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("8158.4", "circa"), ValueError, "expected one of as_rounded"),
        (("", "over"), ValueError, "needs a value"),
        ((None,), ValueError, "needs a value"),
        (("2", "unchanged"), ValueError, "takes no value"),
        (("0", "more_than"), ValueError, "a digit other than 0"),
        (("4", "as_rounded", "3"), ValueError, "range runs backwards"),
        (("8,158.4",), ValueError, "'8,158.4'"),
        (("1e3",), ValueError, "'1e3'"),
        (("nan",), ValueError, "'nan'"),
        (("２",), ValueError, "'２'"),
        ((8158.4,), TypeError, "printed digits are lost"),
        ((float("nan"),), TypeError, "printed digits are lost"),
    ],
)
def test_a_broken_figure_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        from_printed(*arguments)


def test_every_qualifier_of_the_data_model_is_documented():
    assert list(QUALIFIERS) == [
        "as_rounded",
        "about",
        "nearly",
        "over",
        "more_than",
        "at_least",
        "under",
        "magnitude",
        "unchanged",
    ]
    words = [word for qualifier in QUALIFIERS.values() for word in qualifier.words]
    assert len(words) == len(set(words))
    for name, qualifier in QUALIFIERS.items():
        assert qualifier.ours in qualifier.words or name == "as_rounded"
        assert qualifier.read.__doc__


def test_the_words_of_each_qualifier():
    assert {name: qualifier.words for name, qualifier in QUALIFIERS.items()} == {
        "as_rounded": (),
        "about": ("约", "左右", "大概"),
        "nearly": ("近",),
        "over": ("超", "超过", "逾", "突破"),
        "more_than": ("余", "多"),
        "at_least": ("以上", "不少于"),
        "under": ("不到", "不足", "以下"),
        "magnitude": ("级",),
        "unchanged": ("基本持平",),
    }


@pytest.mark.parametrize(
    ("value", "qualifier"), [("", "about"), (None, "as_rounded"), ("", "unchanged"), ("5", "under")]
)
def test_the_upper_end_of_a_range_needs_a_lower_one(value, qualifier):
    if qualifier == "unchanged":
        with pytest.raises(ValueError, match="takes no value, got '3'"):
            from_printed(value, qualifier, "3")
    elif value:
        assert from_printed(value, qualifier, "7", signed=False) == interval("[0, 7)")
    else:
        with pytest.raises(ValueError, match="needs a value"):
            from_printed(value, qualifier, "3")


def test_a_range_may_be_one_number():
    assert from_printed("4", "as_rounded", "4") == interval("[3.5, 4.5)")


def test_growth_is_signed_and_levels_are_not():
    assert {
        *("yoy", "annual_average", "difference", "contribution_rate", "contribution_points"),
        *("pp_change", "pct_change", "vs_plan"),
    } == SIGNED_MEASURES
    assert not {"level", "share", "rank", "multiple", "completion"} & SIGNED_MEASURES


def _rounded_half_away(truth, decimals):
    scaled = abs(truth) * 10**decimals
    digits = int(scaled + Fraction(1, 2))
    return Decimal(digits if truth >= 0 else -digits).scaleb(-decimals)


@steady
@given(st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**7), st.integers(0, 4))
def test_what_is_rounded_for_print_lies_in_what_is_read(truth, decimals):
    printed = _rounded_half_away(truth, decimals)
    assert holds(from_printed(f"{printed:.{decimals}f}"), truth)


@steady
@given(st.decimals(min_value=1, max_value=10**6, places=2), st.sampled_from(sorted(QUALIFIERS)))
def test_a_negative_figure_mirrors_the_positive_one(value, qualifier):
    assume(qualifier != "unchanged")
    assert from_printed(f"-{value}", qualifier) == -from_printed(f"{value}", qualifier)


# --- derived figures ------------------------------------------------------------------------


def test_a_share_of_two_reported_figures():
    result = formulas.share(from_printed("3929.9"), from_printed("8158.4"))
    assert supported_digits(result, max_decimals=2) == Decimal("48.17")


def test_a_share_stays_between_nothing_and_all():
    assert formulas.share(from_printed("5.0"), from_printed("5.0")).upper == 100
    assert formulas.share(from_printed("0"), from_printed("5")).lower == 0
    assert formulas.share(interval("[1, 2]"), interval("(-1, 1)")) == interval("[0, 100]")


def test_a_part_beyond_its_whole_is_a_contradiction():
    assert formulas.share(from_printed("7"), from_printed("5")).is_empty


@steady
@given(levels, levels)
def test_a_share_contains_the_truth(part, whole):
    (a, x), (b, y) = part, whole
    assume(0 <= x <= y and y > 0)
    assert holds(formulas.share(a, b), 100 * x / y)


def test_growth_of_reported_figures():
    result = formulas.growth(from_printed("8158.4"), from_printed("8000.6"))
    assert supported_digits(result, max_decimals=1) == Decimal("2.0")
    assert formulas.growth(Interval.exactly(12), Interval.exactly(10)) == interval("[20, 20]")


@steady
@given(levels, levels)
def test_growth_contains_the_truth(current, previous):
    (a, x), (b, y) = current, previous
    assume(y > 0)
    assert holds(formulas.growth(a, b), 100 * (x / y - 1))


def test_the_previous_value_that_growth_implies():
    assert formulas.previous_from_growth(Interval.exactly(12), interval("[20, 20]")) == interval(
        "[10, 10]"
    )
    # growth of 5 % or less says that it was at least so much, and no more than that
    floor = formulas.previous_from_growth(Interval.exactly(105), interval("(-∞, 5]"))
    assert floor == interval("[100, ∞)")


def test_nothing_falls_by_more_than_all_of_itself():
    with pytest.raises(ValueError, match="-100"):
        formulas.previous_from_growth(Interval.exactly(1), interval("[-120, -100]"))


@steady
@given(levels, with_truth(st.decimals(min_value=-150, max_value=300, places=1)))
def test_the_previous_value_contains_the_truth(current, growth):
    (a, x), (b, g) = current, growth
    assume(g > -100)
    assert holds(formulas.previous_from_growth(a, b), x / (1 + g / 100))


def _changed(now, growth):
    return now - now / (1 + growth / 100)


def test_contributions_of_exact_figures():
    exactly = Interval.exactly
    figures = exactly(550), exactly(10), exactly(1250), exactly(25)  # +50 of +250, from 1000
    assert holds(formulas.contribution_rate(*figures), Fraction(20))
    assert formulas.contribution_rate(*figures).width < Decimal("1E-40")
    assert holds(formulas.contribution_points(*figures), Fraction(5))
    assert formulas.contribution_points(*figures).width < Decimal("1E-40")


@steady
@given(levels, growths, levels, growths)
def test_contributions_contain_the_truth(part_now, part_growth, whole_now, whole_growth):
    boxes = [box for box, _ in (part_now, part_growth, whole_now, whole_growth)]
    (p, g), (w, h) = (part_now[1], part_growth[1]), (whole_now[1], whole_growth[1])
    assume(g > -100 and h > -100 and p > 0 and w > 0)
    points = 100 * _changed(p, g) / (w / (1 + h / 100))
    assert holds(formulas.contribution_points(*boxes), points)
    assume(h != 0 and boxes[3] != Interval.exactly(0))
    rate = 100 * _changed(p, g) / _changed(w, h)
    assert holds(formulas.contribution_rate(*boxes), rate)


sure_growths = st.decimals(min_value=1, max_value=50, places=1)


@steady
@given(
    intervals(positive_ends, bounded=True),
    intervals(growth_ends, bounded=True),
    intervals(positive_ends, bounded=True),
    intervals(sure_growths, bounded=True),
)
def test_contributions_are_no_wider_than_their_corners(part, part_growth, whole, whole_growth):
    boxes = (part, part_growth, whole, whole_growth)
    corners = [
        tuple(map(Fraction, corner))
        for corner in itertools.product(*((box.lower, box.upper) for box in boxes))
    ]
    rates = [100 * _changed(p, g) / _changed(w, h) for p, g, w, h in corners]
    points = [100 * _changed(p, g) * (1 + h / 100) / w for p, g, w, h in corners]
    for result, truths in (
        (formulas.contribution_rate(*boxes), rates),
        (formulas.contribution_points(*boxes), points),
    ):
        tiny = Fraction(1, 10**38)
        assert min(truths) - tiny <= Fraction(result.lower) <= min(truths)
        assert max(truths) <= Fraction(result.upper) <= max(truths) + tiny


def test_a_rate_of_what_may_not_have_grown_is_unknown():
    part, whole = from_printed("50"), from_printed("100")
    some = from_printed("5.0")
    assert formulas.contribution_rate(part, some, whole, from_printed("0.0")) == UNBOUNDED
    one_sided = formulas.contribution_rate(part, some, whole, interval("[0, 1]"))
    assert one_sided.lower > 0
    assert one_sided.upper is None
    with pytest.raises(ZeroDivisionError):
        formulas.contribution_rate(part, some, whole, Interval.exactly(0))


def test_contradictory_growth_stays_contradictory():
    part = from_printed("50")
    assert formulas.contribution_points(part, EMPTY, part, from_printed("5")).is_empty


def test_the_remainder_of_a_whole():
    parts = [from_printed("3.1"), from_printed("2.04")]
    assert formulas.remainder(from_printed("10"), parts) == interval("(4.305, 5.415)")
    assert formulas.remainder(from_printed("10"), []) == from_printed("10")


@steady
@given(with_truth(), st.lists(with_truth(), max_size=4))
def test_the_remainder_contains_the_truth(whole, parts):
    result = formulas.remainder(whole[0], [box for box, _ in parts])
    assert holds(result, whole[1] - sum(truth for _, truth in parts))


# --- back to print --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("box", "digits"),
    [
        ("[48.17, 48.24]", "48.2"),
        ("[48.15, 48.25)", "48.2"),
        ("[48.15, 48.25]", "48"),  # 48.25 would go to 48.3
        ("[48.17, 48.27]", "48"),
        ("[48.4, 48.6]", None),
        ("[47.6, 48.4]", "48"),
        # the middle is 48.00, of which one decimal is known
        ("[47.99, 48.01]", "48.0"),
        ("[-48.24, -48.17]", "-48.2"),
        ("(-48.25, -48.15]", "-48.2"),
        ("[-0.3, 0.2]", "0"),
        ("[8100, 8190]", None),
        ("[48.17, 48.17]", "48.17"),
        ("(9, ∞)", None),
        ("[1, 1)", None),
    ],
)
def test_the_digits_that_all_of_an_interval_rounds_to(box, digits):
    found = supported_digits(interval(box))
    assert (None if found is None else str(found)) == digits


def test_a_limit_on_decimals_never_turns_a_number_into_zero():
    assert supported_digits(interval("[48.1701, 48.1702]"), max_decimals=1) == Decimal("48.2")
    assert supported_digits(interval("[0.00012, 0.00013]"), max_decimals=1) == Decimal("0.0001")
    assert supported_digits(Interval.exactly(Decimal("0.12345678"))) == Decimal("0.123457")
    # what may be 0 needs no more decimals to show that it is not
    assert str(supported_digits(interval("[-0.003, 0.004]"), max_decimals=1)) == "0.0"


@steady
@given(with_truth(bounded=True), st.integers(0, 6))
def test_supported_digits_are_what_every_truth_rounds_to(drawn, max_decimals):
    box, truth = drawn
    narrow = box * Decimal("0.001") + 7
    digits = supported_digits(narrow, max_decimals=max_decimals)
    if digits is not None:
        printed = _rounded_half_away(truth / 1000 + 7, -digits.as_tuple().exponent)
        assert digits == printed


@pytest.mark.parametrize(
    ("box", "unit", "text"),
    [
        ("[48.17, 48.24]", "percent", "48.2%"),
        ("[48.13, 48.37]", "percent", "48.1%—48.4%"),
        ("[-2.13, -1.87]", "percent", "−2.13%至−1.87%"),
        ("[8158.35, 8158.45)", "100M CNY", "8158.4亿元"),
        ("[7000, 7300]", "100M CNY", "7000亿元—7300亿元"),
        ("[48.16, 48.19]", "percent", "48.2%"),
        ("[4.77, 4.84]", "percent", "4.8%"),
        ("[4.7, 4.9]", "percent", "4.7%—4.9%"),
        # 4.8 stands for just twice as much as is known
        ("[4.76, 4.81]", "percent", "4.8%"),
        ("[4.76, 4.80]", "percent", "4.76%—4.80%"),
        ("[4.2, 5.3]", "percent", "4.2%—5.3%"),
        ("[33.2, 38.9]", "percent", "33%—39%"),
        ("[0.5201, 0.5204]", "percent", "0.52%"),
        ("(9, ∞)", "10k vehicles", "9万辆以上"),
        ("[48.1372839, ∞)", "percent", "48.13%以上"),
        ("(-∞, 48.1372839)", "percent", "48.14%以下"),
        ("(-∞, ∞)", "percent", "无法确定"),
        ("[4.75, 4.85)", "percentage points", "4.8个百分点"),
        ("[12, 12]", "projects", "12个"),
    ],
)
def test_a_derived_figure_is_written_to_its_known_digits(box, unit, text):
    assert wording.interval_zh(interval(box), Unit.parse(unit)) == text


def test_a_contradiction_cannot_be_written():
    with pytest.raises(ValueError, match="互相矛盾"):
        wording.interval_zh(EMPTY, PERCENT)


@steady
@given(with_truth(bounded=True))
def test_a_written_range_contains_the_truth_and_is_not_much_wider(drawn):
    box, truth = drawn
    text = wording.interval_zh(box, PERCENT)
    if "—" not in text:
        return
    lower, upper = (Fraction(end.removesuffix("%").replace("−", "-")) for end in text.split("—"))
    assert lower <= truth <= upper
    assert upper - lower <= max(2 * Fraction(box.width), Fraction(box.width) + 2)
