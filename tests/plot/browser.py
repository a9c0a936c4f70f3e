"""A headless Chromium driven by its own protocol (W3C WebDriver), through the standard library."""

import base64
import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ABSENT = shutil.which("chromedriver") is None or shutil.which("chromium") is None
WHY = "no chromium and chromedriver (Debian: apt-get install chromium chromium-driver)"


class Browser:
    def __init__(self, address: str) -> None:
        self.address = address
        options = {
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1200,900"],
            "binary": shutil.which("chromium"),
        }
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        body = {"capabilities": {"alwaysMatch": wanted}}
        self.address += "/session/" + self.call("POST", "/session", body)["sessionId"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.address + path, data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, address: str) -> None:
        self.call("POST", "/url", {"url": address})

    def run(self, script: str) -> Any:
        return self.call("POST", "/execute/sync", {"script": f"return {script}", "args": []})

    def move_to(self, selector: str, x: int, y: int, press: bool = False) -> None:
        """The mouse to (x, y) from the middle of an element; ``press`` clicks there."""
        found = self.call("POST", "/element", {"using": "css selector", "value": selector})
        steps: list[Any] = [
            {
                "type": "pointerMove",
                "duration": 0,
                "x": x,
                "y": y,
                "origin": found,
            }
        ]
        if press:
            steps += [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        mouse = {"type": "pointer", "id": "mouse", "actions": steps}
        self.call("POST", "/actions", {"actions": [mouse]})

    def press(self, key: str) -> None:
        steps = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.call(
            "POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]}
        )

    def console(self) -> list[Any]:
        return self.call("POST", "/se/log", {"type": "browser"})

    def screenshot(self) -> bytes:
        return base64.b64decode(self.call("GET", "/screenshot"))


@contextmanager
def browser() -> Iterator[Browser]:
    driver = subprocess.Popen(
        ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    one = None
    try:
        assert driver.stdout is not None
        for line in driver.stdout:
            if "started successfully on port" in line:
                port = line.rsplit("port", 1)[1].strip(" .\n")
                one = Browser(f"http://127.0.0.1:{port}")
                yield one
                break
    finally:
        if one is not None:
            one.call("DELETE", "")
        driver.kill()
        driver.wait()
        assert driver.stdout is not None
        driver.stdout.close()
