"""The page at /_sim/ in a browser, while a program calls the API."""

import re

import pytest
from conftest import BASE, TOKEN
from playwright.sync_api import expect

HOSTILE = "<img src=x onerror=alert(1)>.mp4"


def rows(page):
    return page.locator("#requests tbody tr")


def stat(page, name):
    return page.locator(f"[data-stat={name}]")


def line(page, name):
    return page.locator("#tree li").filter(has=page.get_by_text(name, exact=True)).last


def remaining_calls(page, operation):
    bucket = page.locator("#quotas li").filter(has_text=operation)
    return int(bucket.get_by_role("meter").get_attribute("aria-valuenow"))


def test_a_request_appears_with_its_status_duration_and_user(page, sim):
    expect(page.get_by_text("No requests yet")).to_be_visible()
    assert sim.call("GET", "/v4/me")[0] == 200
    row = rows(page).first
    expect(row).to_contain_text("users.show")
    expect(row.locator(".pill")).to_have_text("200")
    expect(row.locator(".pill")).to_have_attribute("data-tone", "good")
    expect(row.locator(".path")).to_have_text("/v4/me")
    expect(row.locator(".who")).to_have_text("Demo User")
    expect(row.locator(".took")).to_have_text(re.compile(r"^[\d.]+ (µs|ms|s)$"))
    expect(row.locator(".at")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))
    sim.call("GET", f"{sim.account}/files/none", token="unknown")
    expect(rows(page).first.locator(".pill")).to_have_text("401")
    expect(rows(page).first.locator(".who")).to_have_text("–")
    expect(stat(page, "requests")).to_have_text("2")
    expect(stat(page, "refused")).to_have_text("1")
    expect(page.get_by_text("No requests yet")).to_be_hidden()


def test_the_tree_follows_uploads_and_deletions(page, sim):
    for name in ("Demo Account", "Film", "The Crossing"):
        expect(line(page, name)).to_be_visible()
    file = sim.upload("dailies.mov", b"x" * 1_500_000)
    expect(line(page, "dailies.mov")).to_contain_text("1.5 MB")
    expect(line(page, "dailies.mov")).to_contain_text("transcoded")
    status, folder = sim.call("POST", f"{sim.root}/folders", {"name": "Scene 1"})
    inside = f"{sim.account}/folders/{folder['id']}/files/local_upload"
    sim.call("POST", inside, {"name": "take.mov", "file_size": 7})
    expect(line(page, "take.mov")).to_have_count(0)
    # With the keyboard only.
    line(page, "Scene 1").get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(line(page, "take.mov")).to_contain_text("created")
    page.keyboard.press("Enter")
    expect(line(page, "take.mov")).to_have_count(0)
    assert sim.call("DELETE", f"{sim.account}/files/{file['id']}")[0] == 204
    expect(line(page, "dailies.mov")).to_have_count(0)


def test_a_version_stack_expands_to_its_versions(page, sim):
    files = [sim.upload(f"v{n}.mov", b"abc")["id"] for n in (1, 2)]
    assert sim.call("POST", f"{sim.root}/version_stacks", {"file_ids": files})[0] == 201
    stack = line(page, "v2.mov")
    expect(stack).to_contain_text("2 versions")
    assert stack.locator(".name").first.bounding_box()["width"] > 100
    stack.get_by_role("button").click()
    expect(line(page, "v1.mov")).to_be_visible()


@pytest.mark.parametrize("width", [380, 900, 1400])
def test_texts_of_a_row_do_not_overlap(page, sim, width):
    page.set_viewport_size({"width": width, "height": 900})
    line(page, "Cuts").get_by_role("button").first.click()
    stack = line(page, "The Crossing - cut 3.mp4").locator("> button")
    expect(stack).to_contain_text("3 versions")
    boxes = [stack.locator(part).bounding_box() for part in (".name", ".note", ".status")]
    for one, other in zip(boxes, boxes[1:]):
        assert one["y"] + one["height"] <= other["y"] + 1 or one["x"] + one["width"] <= other["x"] + 1
    for part in (".note", ".status"):
        width_of_text = "it => [it.scrollWidth, it.clientWidth]"
        needed, available = stack.locator(part).evaluate(width_of_text)
        assert needed <= available, part
    # Versions differ at the end of their names.
    stack.click()
    for number in (1, 2):
        name = line(page, f"The Crossing - cut {number}.mp4").locator(".name")
        needed, available = name.evaluate("it => [it.scrollHeight, it.clientHeight]")
        assert needed <= available + 1, number


def test_a_click_on_a_request_shows_its_details(page, sim):
    sim.call("POST", f"{sim.root}/folders", {"name": "Scene 1"})
    row = rows(page).first
    expect(row.locator(".path")).not_to_contain_text("…")
    row.get_by_role("button").click()
    details = page.locator("#details")
    expect(details).to_contain_text("POST folders.create")
    expect(details).to_contain_text(f"{sim.root}/folders")
    expect(details.locator("pre")).to_contain_text('"name": "Scene 1"')
    details.get_by_role("button", name=f"Copy {sim.root}/folders").click()
    assert page.evaluate("String(getSelection())") == f"{sim.root}/folders"
    page.keyboard.press("Escape")
    expect(details).to_be_hidden()


def test_a_click_on_a_file_shows_its_details(page, sim):
    file = sim.upload("dailies.mov", b"x" * 1_500)
    comments = f"{sim.account}/files/{file['id']}/comments"
    assert sim.call("POST", comments, {"text": "Too <b>dark</b>", "timestamp": 36})[0] == 201
    line(page, "dailies.mov").get_by_role("button").click()
    details = page.locator("#details")
    expect(details).to_contain_text(file["id"])
    expect(details).to_contain_text("1,500 B")
    expect(details).to_contain_text("Too <b>dark</b>")
    expect(details).to_contain_text("00:00:01:12")
    expect(details).to_contain_text(sim.demo["project_id"])
    details.get_by_role("button", name="Close").click()
    expect(details).to_be_hidden()


def test_each_request_is_counted_in_one_statistic(page, sim):
    sim.call("GET", "/v4/me")
    sim.call("GET", "/v4/me", token="unknown")
    for fault in ("users.show=429", "users.show=503"):
        sim.control("POST", "faults", {"fault": fault})
        sim.call("GET", "/v4/me")
    expect(stat(page, "requests")).to_have_text("4")
    for name in ("ok", "refused", "limited", "failed"):
        expect(stat(page, name)).to_have_text("1")


def test_a_large_folder_shows_more_on_a_click(page, sim):
    for number in range(110):
        # Refills the quota.
        sim.control("POST", "clock", {"advance_ms": 1_000})
        data = {"name": f"take-{number}.mov", "file_size": 7}
        assert sim.call("POST", f"{sim.root}/files/local_upload", data)[0] == 201
    more = page.get_by_role("button", name="Show more of")
    expect(more).to_be_visible()
    expect(line(page, "take-109.mov")).to_have_count(0)
    more.click()
    expect(line(page, "take-109.mov")).to_be_visible()
    expect(more).to_have_count(0)


def test_a_quota_drains_and_refills(page, sim):
    sim.control("POST", "clock", {"advance_ms": 3_600_000})
    for _ in range(60):
        sim.call("GET", "/v4/me")
    bucket = page.locator("#quotas li").filter(has_text="users.show")
    expect(bucket).to_contain_text("/ 100 in 60 s")
    expect(bucket).to_contain_text("Demo User")
    drained = remaining_calls(page, "users.show")
    assert 38 <= drained <= 60, drained
    page.wait_for_function(
        "before => +document.querySelector('#quotas [role=meter]').ariaValueNow > before", arg=drained
    )
    bar = bucket.locator(".bar i")
    assert 0 < bar.evaluate("bar => bar.getBoundingClientRect().width / bar.parentElement.clientWidth") < 1
    while sim.call("GET", "/v4/me")[0] == 200:
        pass
    expect(rows(page).first.locator(".pill")).to_have_text("429")
    expect(bucket.locator(".bar")).to_have_attribute("data-tone", re.compile("bad|warn"))
    expect(stat(page, "limited")).not_to_have_text("0")
    page.get_by_role("button", name="+1 min").click()
    expect(bucket.locator(".bar")).to_have_attribute("aria-valuenow", "100")
    expect(page.get_by_text("All quotas are full.")).to_be_visible(timeout=15_000)


def test_a_fault_is_injected_and_cleared(page, sim):
    fault = page.get_by_label("New fault")
    fault.fill("users.show=503:next2")
    fault.press("Enter")
    expect(page.locator("#faults li")).to_have_text(["users.show=503:next2"])
    expect(fault).to_have_value("")
    assert sim.call("GET", "/v4/me")[0] == 503
    expect(rows(page).first.locator(".pill")).to_have_text("503")
    expect(stat(page, "failed")).to_have_text("1")
    expect(page.locator("#faults li")).to_have_text(["users.show=503"])
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_text("No faults are active.")).to_be_visible()
    assert sim.call("GET", "/v4/me")[0] == 200
    page.allowed.append("422")
    fault.fill("<b>503</b>")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#fault-error")).to_contain_text("unknown fault '<b>503</b>'")
    expect(fault).to_have_value("<b>503</b>")


def test_the_buttons_advance_the_clock(page, sim):
    def now():
        return page.evaluate("Date.parse(document.querySelector('#now').dateTime)")

    expect(page.locator("#now")).to_contain_text("UTC")
    for name, millis in (("+1 min", 60_000), ("+1 h", 3_600_000), ("+1 day", 86_400_000)):
        before = now()
        page.get_by_role("button", name=name).click()
        page.wait_for_function(
            "to => Date.parse(document.querySelector('#now').dateTime) >= to", arg=before + millis
        )
        assert now() < before + millis + 30_000


def test_a_reset_requires_confirmation(page, sim):
    sim.upload("gone.mov", b"abc")
    expect(line(page, "gone.mov")).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#reset")).to_have_text("Reset everything?")
    expect(line(page, "gone.mov")).to_be_visible()
    page.get_by_role("button", name="Reset everything?").click()
    expect(line(page, "gone.mov")).to_have_count(0)
    expect(rows(page)).to_have_count(0)
    expect(stat(page, "requests")).to_have_text("0")
    expect(line(page, "The Crossing")).to_be_visible()


def test_deliveries_are_listed(page, sim):
    hook = {"name": "Ingest", "url": "https://hooks.example.com/s3cret", "events": ["folder.created"]}
    workspace = f"{sim.account}/workspaces/{sim.demo['workspace_id']}"
    assert sim.call("POST", f"{workspace}/webhooks", hook)[0] == 201
    sim.call("POST", f"{sim.root}/folders", {"name": "Scene 1"})
    delivery = page.locator("#deliveries li")
    expect(delivery).to_contain_text("folder.created")
    expect(delivery).to_contain_text("Ingest · hooks.example.com · not sent")
    # The simulator sends nothing to other machines, which is not an error.
    expect(delivery.locator(".pill")).to_have_text("not sent")
    expect(delivery.locator(".pill")).to_have_attribute("data-tone", "none")
    assert "s3cret" not in page.content()


def test_hostile_names_are_shown_as_text_and_tokens_are_hidden(page, sim):
    sim.upload(HOSTILE, b"abc")
    sim.call("POST", f"{sim.root}/folders", {"name": "<script>alert(2)</script>"})
    sim.send("GET", f"{BASE}/v4/%3Cscript%3Ealert(3)%3C/script%3E?token={TOKEN}")
    expect(line(page, HOSTILE)).to_be_visible()
    expect(line(page, "<script>alert(2)</script>")).to_be_visible()
    expect(rows(page).first.locator(".pill")).to_have_text("404")
    assert page.locator("#tree img, #tree script, #requests script").count() == 0
    for secret in (TOKEN, "X-Amz-Signature", *sim.demo["tokens"].values()):
        assert secret not in page.content()


def test_requests_are_filtered_and_paused(page, sim):
    sim.call("GET", "/v4/me")
    sim.call("GET", "/v4/accounts")
    expect(rows(page)).to_have_count(2)
    page.get_by_label("Filter requests").fill("ACCOUNTS 200")
    expect(rows(page).filter(visible=True)).to_have_count(1)
    page.get_by_label("Filter requests").fill("")
    page.get_by_role("button", name="Pause").click()
    sim.call("GET", "/v4/me")
    more = page.get_by_role("button", name="Show 1 more")
    expect(more).to_be_visible()
    expect(rows(page)).to_have_count(2)
    more.click()
    expect(rows(page)).to_have_count(3)


@pytest.mark.parametrize("width", [380, 700, 1000])
def test_a_narrow_page_does_not_scroll_horizontally(page, sim, width):
    page.set_viewport_size({"width": width, "height": 800})
    sim.upload("a" * 200 + ".mov", b"abc")
    page.get_by_label("New fault").fill("files.show_file_upload_status=wrong-rate-limit:next5")
    page.get_by_role("button", name="Add").click()
    expect(line(page, "a" * 200 + ".mov")).to_be_visible()
    expect(page.locator("#faults li")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('#tree .scroll').scrollWidth") <= width


def test_requests_of_the_page_are_not_counted(page, sim):
    page.reload()
    expect(page.locator("#state")).to_have_text("live")
    page.wait_for_timeout(1_500)
    assert sim.control("GET", "stats")["requests"] == 0


def test_the_page_reports_an_unresponsive_simulator(page, sim):
    page.allowed.append("net::ERR_FAILED")
    page.route("**/_sim/live*", lambda route: route.abort())
    expect(page.locator("#state")).to_have_text("not responding")
    page.unroute("**/_sim/live*")
    expect(page.locator("#state")).to_have_text("live")
