"""What advisories there are on what is locked, and on the scripts that pages carry.

pip-audit asks the advisory service of the package index, npm that of its registry. Where either
does not answer, nothing is known: that is said in a sentence each, and is no pass.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cqbook.build.sbom import LOCKS, scripts

#: Seconds after which nobody answers.
SECONDS_TO_ANSWER = 300


class AdvisoryAnswer(NamedTuple):
    """What a service said: a line an advisory; why it could not be asked, in both languages."""

    found: tuple[str, ...] = ()
    zh: str = ""
    en: str = ""


def _silent(what_zh: str, what: str) -> AdvisoryAnswer:
    return AdvisoryAnswer(
        (),
        f"{what_zh}没有查到有无漏洞通告：通告服务没有回答（没有网络，或本机的镜像不提供）",
        f"nothing is known of advisories on {what}: the service did not answer (no network, or a"
        " mirror without it)",
    )


def _ran(words: Sequence[str], folder: Path | None = None) -> str:
    """Return what a program printed; nothing if it is not there or does not end."""
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=SECONDS_TO_ANSWER,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def _parsed(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def of_packages(locks: Sequence[Path]) -> AdvisoryAnswer:
    """Ask about all that the locks name."""
    words = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-f", "json"]
    for lock in locks:
        words += ["-r", str(lock)]
    listed = _parsed(_ran(words)).get("dependencies", [])
    asked = [item for item in listed if "vulns" in item]
    answer = AdvisoryAnswer(
        tuple(
            f"{item['name']} {item['version']}: {found['id']}"
            f" → {', '.join(found['fix_versions']) or '?'}"
            for item in asked
            for found in item["vulns"]
        )
    )
    # one that could not be asked about has a reason in the place of advisories
    if not asked or len(asked) < len(listed):
        return _silent("锁定的包", "the locked packages")._replace(found=answer.found)
    return answer


def of_scripts(versions: Mapping[str, str]) -> AdvisoryAnswer:
    """Ask about the scripts of the pages, in the versions of their bundle, with what they need."""
    manifest = {"name": "pages", "version": "0.0.0", "private": True, "dependencies": versions}
    with tempfile.TemporaryDirectory(prefix="cqbook-") as place:
        folder = Path(place)
        (folder / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
        # only what is needed is looked up: nothing is installed, and no script of a package runs
        _ran(["npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit"], folder)
        told = _parsed(_ran(["npm", "audit", "--json"], folder)).get("vulnerabilities")
    if not isinstance(told, dict):
        return _silent("网页中的脚本", "the scripts of the pages")
    return AdvisoryAnswer(
        tuple(
            f"npm:{name} {item['range']}: {item['severity']}" for name, item in sorted(told.items())
        )
    )


def print_advisories(asked: Sequence[AdvisoryAnswer]) -> int:
    """Print what was said; return 0 if all answered and nothing is known, 1 if not."""
    for item in asked:
        for line in item.found:
            sys.stdout.write(f"{line}\n")
        if item.zh:
            sys.stdout.write(f"{item.zh} | {item.en}\n")
    if any(item.found or item.zh for item in asked):
        return 1
    sys.stdout.write("没有漏洞通告 | no advisories\n")
    return 0


def asked_all() -> int:
    """Ask about the locks in this folder, and about the scripts that its pages carry."""
    from cqbook.figures.drawing import bundle

    return print_advisories([of_packages(LOCKS), of_scripts(scripts(bundle()))])


if __name__ == "__main__":
    sys.exit(asked_all())
