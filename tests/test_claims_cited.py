"""A sentence of the book that stands on a claim, cited in somebody's own document."""

from __future__ import annotations

import io

import docx
import pytest
from test_brief import claimed, edition

from cqbook import cli
from cqbook.citing import update, verify
from cqbook.citing.claims_cited import claim_citations
from cqbook.editions import paths, store
from cqbook.errors import DataError

NAME, OLD, NEW, TURNED = "claim:trade.below-record", "2026-11", "2026-12", "2027-01"
SAID, LATER = "进出口8006.8亿元，比纪录少151.6亿元。", "进出口8100.3亿元，比纪录少58.1亿元。"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    made = tmp_path_factory.mktemp("claims")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(paths.HOME_VARIABLE, raising=False)
        edition(made, OLD, [], {"total": "1"}, claims=claimed("holds", SAID))
        edition(made, NEW, [], {"total": "1"}, claims=claimed("holds", LATER))
        edition(made, TURNED, [], {"total": "1"}, claims=claimed("fails"))
        for name in ("_config.yml", "_toc.yml"):
            (made / name).touch()
    return made


@pytest.fixture
def root(built, monkeypatch):
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    monkeypatch.setattr(verify, "_revised", lambda *_: ())
    return built


def written(*texts):
    document, out = docx.Document(), io.BytesIO()
    for text in texts:
        document.add_paragraph(text)
    document.save(out)
    return out.getvalue()


def line(root, name=OLD):
    return claim_citations(store.find(root, name), NAME)["line"]


def asked(root, content, against):
    (found,) = verify.verify(root, content, "x.docx", against)
    return found


def test_it_is_cited_with_its_sentence(root, capsys, monkeypatch):
    monkeypatch.chdir(root)
    assert cli.main(["cite", NAME, "--edition", OLD]) == 0
    sentence, short, long = capsys.readouterr().out.splitlines()
    assert (sentence, short[-30:]) == (SAID, f"版次 {OLD}，{NAME}。"[-30:])
    # the book has no address
    assert long.endswith(f"[DS]. 版次 {OLD}. {NAME}.")
    with pytest.raises(DataError, match="不能再说"):
        claim_citations(store.find(root, TURNED), NAME)
    with pytest.raises(DataError, match=r"没有数 claim:trade[.]nothing"):
        claim_citations(store.find(root, OLD), "claim:trade.nothing")


def test_the_sentence_is_asked_wherever_it_was_pasted(root):
    content = written(f"我们看到，{SAID}", f"（{line(root)}）")
    assert asked(root, content, OLD).verdict == verify.STANDS
    found = asked(root, content, NEW)
    assert (found.verdict, found.detail) == (verify.REVISED, f"{SAID} → {LATER}")
    assert asked(root, content, TURNED).detail.startswith("论断不成立")


#: What becomes of the sentence, and what is said then.
REWRITTEN = {
    "a digit": (SAID.replace("8006.8", "8060.8"), verify.ALTERED),
    "a unit": (SAID.replace("亿元", "万元"), verify.ALTERED),
    "a digit, in words of one's own": (f"据此，{SAID.replace('51', '15')}仍可期。", verify.ALTERED),
    "which way": (SAID.replace("少", "多"), verify.LOST),
    "another subject": (SAID.replace("进出口", "出口"), verify.LOST),
    "a word put in": (SAID.replace("纪录", "出口纪录"), verify.LOST),
    "led in": (f"我们看到，{SAID}", verify.STANDS),
    "denied": (f"并非{SAID}", verify.ALTERED),
    "its measure": (f"{SAID[:-1]}（按美元计）。", verify.ALTERED),
    "its measure behind it": (f"{SAID}以上均为美元值。", verify.ALTERED),
    "more joined to it": (f"{SAID[:-1]}以上。", verify.LOST),
    "words of one's own behind it": (f"{SAID[:-1]}，值得注意。人民币升值。", verify.STANDS),
}


@pytest.mark.parametrize(("said", "verdict"), REWRITTEN.values(), ids=REWRITTEN)
@pytest.mark.parametrize("more", [False, True], ids=["alone", "beside the right one"])
def test_one_that_was_rewritten(root, said, verdict, more):
    """Also where the right sentence stands in the document, too."""
    found = verify.verify(root, written(*[SAID] * more, said, line(root)), "x.docx", OLD)
    assert {item.verdict for item in found} - {verify.STANDS} == {verdict} - {verify.STANDS}
    assert {item.name for item in found} == {NAME}


def test_an_edition_or_claim_that_nobody_has(root):
    text = line(root)
    assert asked(root, written(SAID, text.replace(OLD, "2020-01")), OLD).verdict == verify.UNKNOWN
    other = written(SAID, text.replace("below-record", "above-record"))
    assert asked(root, other, OLD).verdict == verify.UNKNOWN


def test_it_is_brought_to_a_newer_edition(root):
    done = update.updated(root, written(SAID, line(root)), "x.docx", NEW)
    assert done.left == ()
    texts = [paragraph.text for paragraph in docx.Document(io.BytesIO(done.content)).paragraphs]
    assert SAID not in "".join(texts)
    found = asked(root, done.content, NEW)
    assert (found.edition, found.verdict) == (NEW, verify.STANDS)
    turned = update.updated(root, written(SAID, line(root)), "x.docx", TURNED)
    assert [item.name for item in turned.turned] == [NAME]
    assert [item.verdict for item in turned.left] == [verify.REVISED]
