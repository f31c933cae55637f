"""Two months played through: a briefing, a person's edits, newer data, and the update in place."""

from __future__ import annotations

import copy
import io
import json
import re
import zipfile
from dataclasses import replace

import docx
import pptx
import pytest
from conftest import Spoiled
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from test_brief import claimed, edition, picture
from test_edits import in_word, on_slides, own_slides, own_word
from test_exports import exhibit

from cqbook.citing import briefing, powerpoint, update, verify
from cqbook.citing.word import to_docx
from cqbook.editions import paths, store
from cqbook.errors import DataError

OLD, NEW = "2026-11", "2026-12"
TEXT = """# 月报

2025年进出口总值{{ trade.total }}，增长12%，民营企业占{{ trade.share }}。

- 其中{{ trade.same }}与{{ trade.same }}相等，另有{{ trade.bare }}万辆。

{{ claim:trade.below-record }}

"""
WAS = {"total": "8006.8亿元", "share": "48%", "same": "7.5%", "bare": "46.8"}
IS = WAS | {"total": "8,100.25亿元", "same": "12.25%"}
REVISED_ROW = "os-20260126-163-com.r004-trade-value"


def later(shown, revised=(), gone=(), added=()):
    """A figure of the next month: labels whose number is another, that went, and that came."""
    keys = shown.identity.table.keys
    label, full = keys.index("label"), keys.index("full")
    new, old = dict(revised), dict(added)

    def cells(row):
        made = list(row)
        made[full] = f"{new[row[label]]}亿元" if row[label] in new else row[full]
        return tuple(made)

    rows = [cells(row) for row in shown.identity.table.rows if row[label] not in gone]
    spec = copy.deepcopy(shown.spec)
    for drawn in spec["datasets"].values():
        drawn[:] = [item for item in drawn if item.get("label") not in gone]
        for item in drawn:
            if item.get("label") in new and "value" in item:
                number = new[item["label"]]
                item |= {"value": number, "full": f"{number}亿元", "text": f"{number}亿元"}
    made = []
    for row in rows:
        made.append(row)
        # behind the last row of its series
        same = [item for item in rows if item[:label] == row[:label]]
        if old and row is same[-1]:
            for name, number in old.items():
                fresh = list(row)
                fresh[label], fresh[full] = name, f"{number}亿元"
                made.append(tuple(fresh))
    for drawn in spec["datasets"].values():
        for last in [item for item in drawn if "value" in item][-1:] if old else ():
            groups = dict.fromkeys(item["group"] for item in drawn if "group" in item)
            for group in groups:
                for name, number in old.items():
                    words = {"full": f"{number}亿元", "text": f"{number}亿元"}
                    drawn.append(last | words | {"label": name, "group": group, "value": number})
    table = replace(shown.identity.table, rows=tuple(made))
    return replace(shown, identity=replace(shown.identity, table=table), spec=spec, edition=NEW)


@pytest.fixture(scope="module")
def figures():
    """Bars of one row, columns of two series, columns of years, dots (a picture on slides)."""
    return [exhibit(place) for place in (1, 0, 2, 3)]


@pytest.fixture(scope="module")
def newer(figures):
    bars, flows, years, dots = figures
    return [
        later(bars, revised={"民营企业": 3900.5}),
        later(flows, revised={"2025": 5000.5}, gone=["2020"], added={"2026": 5300.5}),
        replace(years, edition=NEW),
        later(dots, revised={"民营企业": 3900.5}),
    ]


@pytest.fixture(scope="module")
def root(tmp_path_factory, figures, newer):
    folder = tmp_path_factory.mktemp("update")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(paths.HOME_VARIABLE, raising=False)
        edition(folder, OLD, figures, WAS, claims=claimed("holds"))
        edition(folder, NEW, newer, IS, claims=claimed("holds"))
        for name in (OLD, NEW):
            data = Spoiled(store.find(folder, name) / "data")
            data.without_series()
        row = data.find("observations.csv", "observation_id", REVISED_ROW)
        data.set("observations.csv", row, "value", "3900.5")
        yield folder


@pytest.fixture(scope="module")
def made(root, figures):
    text = TEXT + "\n\n".join(f"{{{{ {item.id} }}}}" for item in figures)
    blocks = briefing.blocks_of_markdown(text)
    found = {"docx": to_docx(blocks, store.find(root, OLD))}
    return found | {"pptx": powerpoint.to_pptx(blocks, store.find(root, OLD))}


def updated(root, content, form):
    return update.updated(root, content, f"month.{form}", NEW)


@pytest.mark.parametrize("form", ["docx", "pptx"])
def test_what_was_not_edited_is_of_the_next_month(root, made, form):
    found = updated(root, made[form], form)
    open(f"/work/tmp/r8-update-x.{form}", "wb").write(found.content)
    for item in found.replaced:
        print(item)
    assert not found.left
