"""``cq.preview()``: a chapter's page in the notebook that is being written.

The page is made by the command of that name, in a process of its own, from the notebook as it was
saved: sentences with their numbers, charts, claims that do not hold, what breaks the rules. It is
for writing alone: where the book executes a chapter nothing is shown, and an accepted chapter may
not have it.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from html import escape
from pathlib import Path

from cqbook.disk.installed import book_around
from cqbook.figures.identity import LATER_VARIABLE

#: Where Jupyter's server says which notebook a kernel is of, and what VS Code leaves in it.
SESSION_VARIABLE = "JPY_SESSION_NAME"
_VS_CODE = "__vsc_ipynb_file__"
_SHOWN = """<p>{head}</p>{said}<iframe sandbox="" title="{name}" srcdoc="{page}"
 style="width: 100%; height: 80vh; border: 1px solid #8888; background: white"></iframe>"""


def page_preview(chapter: str = "", **parameters: object) -> None:
    """Show a chapter's page as it would be published, from the notebook as it was saved.

    Parameters
    ----------
    chapter : str
        Its name; that of this notebook if left out.
    **parameters
        Other values of its parameters, as with ``cqbook preview -p``.
    """
    if LATER_VARIABLE in os.environ:
        return
    from IPython.display import publish_display_data

    publish_display_data(_bundle(chapter, parameters))


def _bundle(chapter: str, parameters: dict[str, object]) -> dict[str, str]:
    """Return what is shown, as HTML and as text."""
    path = _notebook(chapter)
    if path is None:
        zh, en = "找不到这一章：cq.preview('名字')", "chapter not found: cq.preview('its-name')"
        return _told([f"{zh} | {en}"])
    words = [sys.executable, "-m", "cqbook.cli", "--root", str(path.parent.parent), "preview"]
    words += [path.stem, "--json"]
    for name, value in parameters.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        words += ["-p", f"{name}={text}"]
    own = os.environ | {"PYTHONUTF8": "1"}
    done = subprocess.run(
        words, env=own, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        return _told(done.stderr.removeprefix("cqbook: ").splitlines())
    made = json.loads(done.stdout)
    saved = datetime.datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    at = f"{saved:%H:%M:%S}"
    head = f"{path.stem}，{at} 存盘的样子 | as saved at {at}"
    said = _told(made["lines"])
    shown = _SHOWN.format(
        head=head, said=said["text/html"], name=path.stem, page=escape(made["html"])
    )
    plain = "\n".join(filter(None, [head, said["text/plain"], made["page"]]))
    return {"text/html": shown, "text/plain": plain}


def _told(lines: list[str]) -> dict[str, str]:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return {"text/html": f"<ul>{items}</ul>" if lines else "", "text/plain": "\n".join(lines)}


def _notebook(chapter: str) -> Path | None:
    """Return the file of a chapter of the book that is worked in."""
    running = _running()
    for path in [*running, Path.cwd()]:
        book = book_around(path)
        found = book / "chapters" / (f"{chapter}.ipynb" if chapter else path.name) if book else None
        # without a name it is the file itself that is shown
        if found and found.is_file() and (chapter or found == path):
            return found
    return None


def _running() -> list[Path]:
    """Return where the notebook of this kernel may be, as its program says."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    told = [os.environ.get(SESSION_VARIABLE, "")]
    told.append(str(shell.user_ns.get(_VS_CODE, "")) if shell else "")
    return [Path(name).resolve() for name in told if name]
