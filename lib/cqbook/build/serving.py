"""The page of a chapter in a browser beside the editor, shown anew when it is made anew.

On this machine alone. The page is the file that was made, with the policy that it has; around it
stands a frame of our own, which waits for the next one: a page of the book asks nobody anything.
"""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

#: First choice of a port; where it is taken, any.
PORT = 8765
HOST = "127.0.0.1"
_FRAME = Path(__file__).resolve().parent / "frame"
_KINDS = {
    "preview.html": "text/html; charset=utf-8",
    "preview.css": "text/css; charset=utf-8",
    "preview.js": "text/javascript; charset=utf-8",
}
#: What the frame may do: its own files, and the page in it.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: Seconds that a browser waits for an answer before it asks again.
_PATIENCE = 20.0


@dataclass(frozen=True)
class Turn:
    """What is shown: the page's way below the folder, a line on it, and what is said of it.

    ``wrong``: it is the page of before, the one of now could not be made.
    """

    turn: int
    page: str
    summary: str
    lines: tuple[str, ...]
    wrong: bool = False


class Stage:
    """Where the newest turn is left, and waited for."""

    def __init__(self) -> None:
        self.turn = Turn(0, "", "", ())
        self._new = threading.Condition()

    def show(self, page: str, summary: str, lines: list[str], *, wrong: bool = False) -> None:
        """Leave a turn; without a page, that of before."""
        with self._new:
            before = self.turn
            self.turn = Turn(before.turn + 1, page or before.page, summary, tuple(lines), wrong)
            self._new.notify_all()

    def after(self, seen: int) -> Turn:
        """Return the newest turn, as soon as it is another than the one that was `seen`."""
        with self._new:
            self._new.wait_for(lambda: self.turn.turn != seen, timeout=_PATIENCE)
            return self.turn


class _Pages(http.server.SimpleHTTPRequestHandler):
    """Serves the frame, the turns, and the files of the page."""

    def __init__(self, stage: Stage, *rest: object, **named: object) -> None:
        self.stage = stage
        super().__init__(*rest, **named)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer, if it is this machine that asks by its own name."""
        asked = urlsplit(self.path)
        name = asked.path.lstrip("/") or "preview.html"
        host = self.headers.get("Host", "").rpartition(":")[0]
        if host not in (HOST, "localhost"):
            # a page of elsewhere whose name was made to lead here
            self.send_error(HTTPStatus.FORBIDDEN)
        elif name == "turn":
            words = parse_qs(asked.query).get("after", ["0"])[0]
            turn = self.stage.after(int(words) if words.isdecimal() else 0)
            self._answer(json.dumps(asdict(turn)).encode(), "application/json")
        elif name in _KINDS:
            self._answer((_FRAME / name).read_bytes(), _KINDS[name])
        else:
            super().do_GET()

    def _answer(self, content: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.end_headers()
        self.wfile.write(content)

    def end_headers(self) -> None:
        """Let nothing be kept: the next turn has the same names."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on the console: it tells of the chapter."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a browser that goes away in mid-answer."""


@contextmanager
def serving(folder: Path, stage: Stage) -> Iterator[str]:
    """Serve `folder` in its frame within the block; yields the address."""
    handler = functools.partial(_Pages, stage, directory=str(folder))
    try:
        server = _Server((HOST, PORT), handler)
    except OSError:
        server = _Server((HOST, 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
