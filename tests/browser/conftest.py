"""Fixtures: the simulator, a browser, and the simulator's page, which must not report errors."""

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
    """Client of the API and of the control endpoints."""

    def __init__(self):
        self.demo = self.control("POST", "reset", {})
        self.account = f"/v4/accounts/{self.demo['account_id']}"
        self.root = f"{self.account}/folders/{self.demo['root_folder_id']}"

    def send(self, method, url, body=None, headers=None):
        """Returns status and body, whatever the status."""
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        status, response = self.send(method, f"{BASE}/_sim/{path}", data)
        assert status == 200, response
        return json.loads(response)

    def call(self, method, path, data=None, token=TOKEN):
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        body = None if data is None else json.dumps({"data": data}).encode()
        status, response = self.send(method, BASE + path, body, headers)
        return status, json.loads(response)["data"] if status < 300 and response else None

    def upload(self, name, content):
        status, file = self.call(
            "POST", f"{self.root}/files/local_upload", {"name": name, "file_size": len(content)}
        )
        assert status == 201
        for part in file["upload_urls"]:
            chunk, content = content[: part["size"]], content[part["size"] :]
            headers = {"content-type": file["media_type"], "x-amz-acl": "private"}
            status, response = self.send("PUT", part["url"], chunk, headers)
            assert status == 200, response
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
    errors = []
    page.on("console", lambda log: log.type in ("error", "warning") and errors.append(log.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda sent: sent.url.startswith(BASE + "/_sim/") or errors.append(sent.url))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " (event) => console.error('CSP', event.violatedDirective, event.blockedURI))"
    )
    # The browser logs expected error responses too; a test adds their texts.
    page.allowed = []
    page.goto(f"{BASE}/_sim/")
    expect(page.locator("#state")).to_have_text("live")
    yield page
    context.close()
    unexpected = [text for text in errors if not any(known in text for known in page.allowed)]
    assert unexpected == []
