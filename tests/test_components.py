"""The list of what the book is made with: whole, sound, the same each time; and its licences."""

from __future__ import annotations

import json
import re

import pytest
from conftest import ROOT

from cqbook.build import sbom
from cqbook.figures import drawing

LOCK = """\
# a comment
altair==6.3.0 \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
    # via -r requirements.in
colorama==0.4.6 ; sys_platform == 'no-such-system' \\
    --hash=sha256:{a}
    # via altair
jinja2==3.1.6 ; python_full_version >= '3.11' \\
    --hash=sha256:{b}
    # via altair
""".format(a="a" * 64, b="b" * 64)


def test_what_the_lock_says_of_this_system():
    found = list(sbom.locked_packages(LOCK))
    assert [(item.name, item.version) for item in found] == [
        ("altair", "6.3.0"),
        ("jinja2", "3.1.6"),
    ]
    assert found[0].hashes == ("a" * 64, "b" * 64)


BUNDLE = b'var a="6.4.9";'


def test_the_bill_is_sound_and_the_same_each_time(monkeypatch):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    content = sbom.bill(LOCK, BUNDLE)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(content.decode())
    assert wrong is None, wrong
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    assert sbom.bill(LOCK, BUNDLE) == content
    found = json.loads(content)
    by_name = {item["name"]: item for item in found["components"]}
    (archives,) = by_name["altair"]["externalReferences"]
    assert {item["content"] for item in archives["hashes"]} == {"a" * 64, "b" * 64}
    assert by_name["jinja2"]["licenses"] == [{"license": {"name": "BSD License"}}]
    needs = {item["ref"]: item.get("dependsOn", []) for item in found["dependencies"]}
    assert needs["pkg:pypi/altair@6.3.0"] == ["pkg:pypi/jinja2@3.1.6"]
    assert "timestamp" not in found["metadata"]
    damaged = content.decode().replace('"library"', '"libary"', 1)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(damaged) is not None


def test_jupyterlab_beside_the_book_makes_no_start_slower():
    # jsonschema imports it wherever it lies, and it compiles 39 grammars as it is imported
    locks = [path.read_text(encoding="utf-8") for path in ROOT.glob("requirements*.txt")]
    assert any("jupyterlab==" in text for text in locks)
    assert not [text for text in locks if "rfc3987-syntax==" in text]


@pytest.fixture(scope="module")
def served():
    """The scripts of the pages, made once."""
    return drawing.bundle()


def test_the_scripts_of_the_pages_are_those_that_are_served(served):
    found, text = sbom.scripts(served), served.decode()
    assert set(found) == {"vega", "vega-lite", "vega-embed", "vega-themes"}
    for name, version in found.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
    for name in ("vega", "vega-lite", "vega-themes"):
        assert f'"{found[name]}"' in text


def test_a_bill_is_made_once_for_a_lock(tmp_path, monkeypatch):
    lock, cache = tmp_path / "requirements.txt", tmp_path / "cache"
    cache.mkdir()
    lock.write_text(LOCK, encoding="utf-8")
    made = []

    def bill(text, bundle):
        made.append((text, bundle))
        return b"bill"

    monkeypatch.setattr(sbom, "bill", bill)
    monkeypatch.setattr(drawing, "bundle", lambda: BUNDLE)
    for _ in range(2):
        assert sbom.kept_bill(lock, cache) == b"bill"
    lock.write_text(LOCK.replace("6.3.0", "6.2.0"), encoding="utf-8")
    sbom.kept_bill(lock, cache)
    assert len(made) == 2


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("BSD License", True),
        ("MIT AND PSF-2.0", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT AND (GPL-3.0-only OR Zlib)", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("AGPL-3.0-or-later", False),
        ("Free for all )(", False),
        ("", False),
    ],
)
def test_which_licences_are_allowed(licence, allowed):
    assert sbom.is_allowed(licence) == allowed


def test_all_that_is_locked_may_be_used_and_handed_on(capsys, monkeypatch, served):
    monkeypatch.setattr(drawing, "bundle", lambda: served)
    locks = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
    assert sbom.print_licences(*locks) == 0, capsys.readouterr().out


def test_one_that_is_not_allowed_is_told_by_name(tmp_path, capsys, monkeypatch, served):
    def described(name):
        from email.message import Message

        message = Message()
        message["License-Expression"] = "AGPL-3.0-only" if name == "altair" else "MIT"
        return message

    monkeypatch.setattr(sbom.importlib.metadata, "metadata", described)
    monkeypatch.setattr(drawing, "bundle", lambda: served)
    lock = tmp_path / "requirements.txt"
    lock.write_text(LOCK, encoding="utf-8")
    assert sbom.print_licences(lock) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "←" in line]
    assert line.startswith("altair")
    assert "AGPL-3.0-only" in line
