"""Other engines than Chromium: Firefox by WebDriver BiDi, WebKitGTK by classic WebDriver.

Neither needs a package: Firefox listens on a websocket, which tornado speaks (Jupyter has it), and
WebKit's own driver answers HTTP. What a page is asked is the same in both: an expression whose
value is JSON.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

#: Seconds until something that was asked must have happened.
PATIENCE = 60
#: Of Firefox's: no page of its own, nothing fetched, files may lie anywhere.
PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
}


def found(*names: str) -> str | None:
    """Return the first program of these that there is."""
    return next((path for name in names if (path := shutil.which(name))), None)


def mini_browser() -> str | None:
    """Return the browser that WebKit's driver drives."""
    places = sorted(Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"))
    return str(places[-1]) if places else None


class Firefox:
    """A window of Firefox without a head."""

    program = staticmethod(lambda: found("firefox-esr", "firefox"))

    def __init__(self, folder: Path) -> None:
        """Start it with a profile in a folder."""
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
        (folder / "user.js").write_text("\n".join(lines), encoding="utf-8")
        begun = [self.program(), "--headless", "--no-remote", "--profile", str(folder)]
        self.process = subprocess.Popen(
            [*begun, "--remote-debugging-port", "0", "about:blank"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        for line in self.process.stderr:
            if listening := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                break
        # what it says from now on is read, or it would wait for a reader
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        # a loop of its own: that of this thread may be playwright's
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.numbers, self.complaints = itertools.count(1), []
        self.socket = self._within(self._connect(f"{listening[1]}/session"))
        self._ask("session.new", capabilities={})
        self.context = self._ask("browsingContext.getTree")["contexts"][0]["context"]
        self._ask("session.subscribe", events=["log.entryAdded"])

    def before_all(self, script: str) -> None:
        """Run a script on each page, before its first element."""
        self._ask("script.addPreloadScript", functionDeclaration=f"() => {{{script}}}")

    async def _connect(self, address: str) -> Any:
        from tornado.websocket import websocket_connect

        return await websocket_connect(address, max_message_size=2**28)

    def _within(self, task: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(task, self.loop).result(PATIENCE)

    def _ask(self, method: str, **parameters: object) -> dict[str, Any]:
        return self._within(self._answer(method, parameters))

    async def _answer(self, method: str, parameters: dict[str, object]) -> dict[str, Any]:
        number = next(self.numbers)
        asked = {"id": number, "method": method, "params": parameters}
        await self.socket.write_message(json.dumps(asked))
        while True:
            told = json.loads(await self.socket.read_message())
            if told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                self.complaints.append(told["params"]["text"])
            if told.get("id") == number:
                assert told["type"] == "success", told
                return told["result"]

    def size(self, width: int, height: int) -> None:
        """Give the page a size."""
        viewport = {"width": width, "height": height}
        self._ask("browsingContext.setViewport", context=self.context, viewport=viewport)

    def open(self, address: str) -> None:
        """Go to an address."""
        self._ask("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def ask(self, expression: str) -> Any:
        """Return what an expression of the page is, awaited."""
        told = self._ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self.context},
            awaitPromise=True,
        )
        assert told["type"] == "success", told
        return json.loads(told["result"]["value"])

    def touch(self, selector: str) -> None:
        """Bring the pointer to the middle of the first element that a selector names."""
        actions = pointer_to(self, selector)
        self._ask("input.performActions", context=self.context, actions=actions)

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.loop.call_soon_threadsafe(self.loop.stop)


class WebKit:
    """A window of WebKitGTK's small browser, on a screen that nobody sees."""

    program = staticmethod(lambda: found("WebKitWebDriver") and found("Xvfb") and mini_browser())

    def __init__(self, folder: Path) -> None:
        """Start a screen, the driver and the browser."""
        read, screen = subprocess.PIPE, [found("Xvfb"), "-displayfd", "1", "-screen", "0"]
        # this driver tells of none
        self.complaints: list[str] = []
        self.first = ""
        self.screen = subprocess.Popen(
            [*screen, "1600x1200x24", "-nolisten", "tcp"], stdout=read, stderr=subprocess.DEVNULL
        )
        display = self.screen.stdout.readline().decode().strip()
        port = free_port()
        self.process = subprocess.Popen(
            [found("WebKitWebDriver"), f"--port={port}", "--host=127.0.0.1"],
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": str(folder),
                "XDG_RUNTIME_DIR": str(folder),
                "DISPLAY": f":{display}",
                # no card and no services of a desktop
                "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
                "LIBGL_ALWAYS_SOFTWARE": "1",
                "NO_AT_BRIDGE": "1",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.address = f"http://127.0.0.1:{port}/session"
        options = {"binary": mini_browser(), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        told = self._post("", {"capabilities": wanted}, tries=50)
        self.address += f"/{told['sessionId']}"
        self._post("/timeouts", {"script": PATIENCE * 1000, "pageLoad": PATIENCE * 1000})

    def _post(self, way: str, content: dict[str, object], tries: int = 1) -> Any:
        asked = urllib.request.Request(
            self.address + way,
            json.dumps(content).encode(),
            {"Content-Type": "application/json"},
        )
        for left in reversed(range(tries)):
            try:
                with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
                    return json.load(answer)["value"]
            except urllib.error.HTTPError as error:
                raise AssertionError(error.read().decode()) from error
            except urllib.error.URLError:
                # the driver is not listening yet
                if not left:
                    raise
                time.sleep(0.1)
        return None

    def size(self, width: int, height: int) -> None:
        """Give the window such a size that the page has this one."""
        outside = {"width": width, "height": height}
        for _ in range(3):
            self._post("/window/rect", outside)
            time.sleep(0.2)
            inside = self.ask("[innerWidth, innerHeight]")
            outside["width"] += width - inside[0]
            outside["height"] += height - inside[1]
            if inside == [width, height]:
                return

    def before_all(self, script: str) -> None:
        """Run a script on each page; this driver knows no moment before it has loaded."""
        self.first = script

    def open(self, address: str) -> None:
        """Go to an address."""
        self._post("/url", {"url": address})
        self._post("/execute/sync", {"script": self.first, "args": []})

    def ask(self, expression: str) -> Any:
        """Return what an expression of the page is, awaited."""
        script = (
            "const done = arguments[arguments.length - 1];"
            f"(async () => ({expression}))().then(value => done(JSON.stringify(value ?? null)),"
            " error => done(JSON.stringify({failed: String(error)})));"
        )
        told = json.loads(self._post("/execute/async", {"script": script, "args": []}))
        assert not (isinstance(told, dict) and "failed" in told), told
        return told

    def touch(self, selector: str) -> None:
        """Bring the pointer to the middle of the first element that a selector names."""
        self._post("/actions", {"actions": pointer_to(self, selector)})

    def close(self) -> None:
        """End all three."""
        urllib.request.urlopen(urllib.request.Request(self.address, method="DELETE"))
        for process in (self.process, self.screen):
            process.terminate()
            process.wait(PATIENCE)


def pointer_to(window: Firefox | WebKit, selector: str) -> list[dict[str, Any]]:
    """Return what moves the pointer to an element, as both protocols say it."""
    x, y = window.ask(
        "(node => { node.scrollIntoView({block: 'center', behavior: 'instant'});"
        " const box = node.getBoundingClientRect();"
        " return [box.x + box.width / 2, box.y + box.height / 2].map(Math.round); })"
        f"(document.querySelector({json.dumps(selector)}))"
    )
    moves = [{"type": "pointerMove", "x": x + shift, "y": y, "duration": 0} for shift in (9, 0)]
    return [{"type": "pointer", "id": "mouse", "actions": moves}]


def free_port() -> int:
    """Return a port that nobody listens on."""
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
