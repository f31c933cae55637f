"""Advisories: what is found is told, and a service that does not answer is no pass."""

from __future__ import annotations

import json

import pytest

from cqbook.build import advisories
from cqbook.build.advisories import AdvisoryAnswer, of_packages, of_scripts, print_advisories

CLEAN = {"name": "pandas", "version": "3.1.1", "vulns": []}
BAD = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "CVE-1", "fix_versions": ["3.1.6"]}]}
SKIPPED = {"name": "x", "skip_reason": "Dependency not found"}
NPM = {"vulnerabilities": {"vega": {"range": "<6.2.0", "severity": "high"}}}


@pytest.mark.parametrize(
    ("answer", "found", "known"),
    [
        ({"dependencies": [CLEAN]}, [], True),
        ({"dependencies": [CLEAN, BAD]}, ["jinja2 2.0: CVE-1 → 3.1.6"], True),
        ({"dependencies": [CLEAN, SKIPPED]}, [], False),
        ({"dependencies": []}, [], False),
        ("ERROR: no route", [], False),
        ("", [], False),
    ],
)
def test_packages(monkeypatch, tmp_path, answer, found, known):
    text = answer if isinstance(answer, str) else json.dumps(answer)
    monkeypatch.setattr(advisories, "_ran", lambda *_: text)
    told = of_packages([tmp_path / "lock"])
    assert list(told.found) == found
    assert (told.zh == "") == known


@pytest.mark.parametrize(
    ("answer", "found", "known"),
    [
        ({"vulnerabilities": {}}, [], True),
        (NPM, ["npm:vega <6.2.0: high"], True),
        ({"message": "405 Method Not Allowed", "error": {}}, [], False),
        ("", [], False),
    ],
)
def test_scripts(monkeypatch, answer, found, known):
    text = answer if isinstance(answer, str) else json.dumps(answer)
    monkeypatch.setattr(advisories, "_ran", lambda *_: text)
    told = of_scripts({"vega": "6.2.0"})
    assert list(told.found) == found
    assert (told.zh == "") == known


def test_a_program_that_is_not_there_does_not_answer(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert of_scripts({"vega": "6.2.0"}).zh


def test_only_a_whole_answer_without_any_passes(capsys):
    assert print_advisories([AdvisoryAnswer(), AdvisoryAnswer()]) == 0
    assert print_advisories([AdvisoryAnswer(("a 1: x",)), AdvisoryAnswer()]) == 1
    capsys.readouterr()
    assert print_advisories([AdvisoryAnswer(), AdvisoryAnswer((), "没有查到", "unknown")]) == 1
    said = capsys.readouterr().out
    assert said == "没有查到 | unknown\n"
