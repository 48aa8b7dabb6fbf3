"""The simulator, the browser, and a page of it that must stay without errors."""

import json
import os
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect, sync_playwright

BASE = os.environ["FRAMEIO_BASE_URL"]
TOKEN = os.environ["FRAMEIO_TOKEN"]

expect.set_options(timeout=10_000)


class Sim:
    """Calls the API as a program does that knows nothing of the page."""

    def __init__(self):
        self.demo = self.control("POST", "reset", {})
        self.account = f"/v4/accounts/{self.demo['account_id']}"
        self.root = f"{self.account}/folders/{self.demo['root_folder_id']}"

    def send(self, method, url, body=None, headers=None):
        """Gives the status and the body, whatever the status."""
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        status, answer = self.send(method, f"{BASE}/_sim/{path}", data)
        assert status == 200, answer
        return json.loads(answer)

    def call(self, method, path, data=None, token=TOKEN):
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        body = None if data is None else json.dumps({"data": data}).encode()
        status, answer = self.send(method, BASE + path, body, headers)
        return status, json.loads(answer)["data"] if status < 300 and answer else None

    def upload(self, name, content):
        status, file = self.call(
            "POST", f"{self.root}/files/local_upload", {"name": name, "file_size": len(content)}
        )
        assert status == 201
        for part in file["upload_urls"]:
            now, content = content[: part["size"]], content[part["size"] :]
            headers = {"content-type": file["media_type"], "x-amz-acl": "private"}
            status, answer = self.send("PUT", part["url"], now, headers)
            assert status == 200, answer
        return file


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def sim():
    return Sim()


@pytest.fixture
def page(browser, sim):
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    page = context.new_page()
    wrong = []
    page.on("console", lambda told: told.type in ("error", "warning") and wrong.append(told.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda sent: sent.url.startswith(BASE + "/_sim/") or wrong.append(sent.url))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " (event) => console.error('CSP', event.violatedDirective, event.blockedURI))"
    )
    # What the page is refused for a good reason the browser tells as an error, too.
    page.allowed = []
    page.goto(f"{BASE}/_sim/")
    expect(page.locator("#state")).to_have_text("live")
    yield page
    context.close()
    unexpected = [text for text in wrong if not any(known in text for known in page.allowed)]
    assert unexpected == []
