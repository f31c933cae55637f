"""The built site in Firefox and WebKit: readers come with them too. `make test-site` asks them."""

from __future__ import annotations

import json

import pytest
from browsers import Firefox, WebKit
from test_site import DESK, LATEST, PHONE, WATCH, pages

pytestmark = [
    pytest.mark.site,
    pytest.mark.thorough,
    pytest.mark.skipif(not (LATEST / "index.html").exists(), reason="no site: run `make book`"),
]
#: What is asked of each page once its pictures are there: those that are not, whether the style
#: sheet and the script were let in, how far it is too wide, what broke its policy.
ASKED = """(async () => {
  const seen = [...document.images].filter(image => image.offsetParent);
  seen.forEach(image => { image.loading = 'eager'; });
  await Promise.all(seen.map(image => image.decode().catch(() => null)));
  return {
    broken: seen.filter(image => !image.naturalWidth).map(image => image.src),
    styled: getComputedStyle(document.querySelector('main')).maxWidth !== 'none',
    scripted: !document.querySelector('.cq-language').hidden,
    wide: document.documentElement.scrollWidth - window.innerWidth,
    violations: window.violations,
  };
})()"""
#: Waits until an expression is true, ten seconds at most.
UNTIL = """new Promise(resolve => {
  const begun = Date.now();
  (function look() {
    if (%s) resolve(true);
    else if (Date.now() - begun > 10000) resolve(false);
    else setTimeout(look, 50);
  })();
})"""
FILLED = [
    "search.html?q=重庆",
    "numbers/gdp.html",
    "figures/fig-trade-rank.html",
]


@pytest.fixture(scope="module", params=[Firefox, WebKit], ids=["firefox", "webkit"])
def window(request, tmp_path_factory):
    if not request.param.program():
        pytest.skip(f"没有 {request.param.__name__} | no {request.param.__name__} on this machine")
    made = request.param(tmp_path_factory.mktemp(request.param.__name__))
    made.before_all(WATCH)
    yield made
    made.close()


def opened(window, name: str) -> None:
    window.complaints.clear()
    window.open(f"{LATEST.as_uri()}/{name}")


def until(window, expression: str) -> bool:
    return bool(window.ask(UNTIL % expression))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1280", "390"])
def test_every_page_is_whole_and_fits(window, size):
    window.size(**size)
    for name in [*pages(), *FILLED]:
        opened(window, name)
        found = window.ask(ASKED)
        assert found["broken"] == [], name
        assert found["styled"], name
        assert found["scripted"], name
        assert found["violations"] == [], name
        assert found["wide"] <= 0, f"{name} scrolls sideways by {found['wide']} px"
        assert window.complaints == [], name


def test_a_chart_is_drawn_when_it_is_touched_and_speaks_the_language_chosen(window):
    window.size(**DESK)
    opened(window, "chapters/trade.html")
    window.touch("figure[data-figure] .cq-chart")
    assert until(window, "document.querySelector('.cq-live svg')")
    window.ask("document.querySelector('.cq-language').click()")
    drawn = "document.querySelector('.cq-live').textContent"
    assert until(window, f"!/[\\u3400-\\u9fff]/.test({drawn})")
    window.ask("document.querySelector('.cq-language').click()")
    assert until(window, f"/[\\u3400-\\u9fff]/.test({drawn})")
    assert window.ask("(localStorage.clear(), window.violations)") == []


@pytest.mark.parametrize("query", ["產業轉移", "8158.4", "2022年进出口"])
def test_the_search_answers(window, query):
    opened(window, f"search.html?q={query}")
    assert until(window, "document.querySelector('.cq-found > li > a')")
    assert window.ask("document.querySelectorAll('.cq-passage mark').length") > 0


def test_a_number_is_opened_and_drawn(window):
    way = "chapters/numbers.html?q=2022年进出口&view=chart#obs-trade-2022.total"
    opened(window, way)
    assert until(window, "document.querySelector('.cq-drawn .vega-embed svg')")
    card = window.ask("document.querySelector('.cq-number-card').innerText")
    assert "8158.4亿元" in card
    assert window.ask("window.violations") == []


def test_a_violation_would_be_seen(window, tmp_path):
    page = tmp_path / "bad.html"
    policy = "default-src 'none'; script-src 'unsafe-inline'"
    page.write_text(
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<p>一</p>",
        encoding="utf-8",
    )
    window.open(page.as_uri())
    add = "document.body.insertAdjacentHTML('beforeend', '<img src=\"http://127.0.0.1:9/x.png\">')"
    window.ask(f"({add}, 0)")
    assert until(window, "window.violations.length")
    assert "img-src" in json.dumps(window.ask("window.violations"))
