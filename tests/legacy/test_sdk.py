"""frameioclient 1.1.0, unchanged but for its host."""

import pytest
import requests


def test_me(client, v4):
    me = client.users.get_me()
    assert (me["id"], me["account_id"]) == (v4.demo["user_id"], v4.demo["account_id"])


def test_teams(client, v4):
    teams = list(client.teams.list_all())
    assert v4.demo["workspace_id"] in [team["id"] for team in teams]
    listed = list(client.teams.list(v4.demo["account_id"]))
    assert [team["id"] for team in listed] == [team["id"] for team in teams]
    team = client.teams.get(v4.demo["workspace_id"])
    assert team["account_id"] == v4.demo["account_id"]
    members = list(client.teams.get_members(team["id"]))
    assert {"member", "team_manager"} >= {member["role"] for member in members}
    assert all("@" in member["user"]["email"] for member in members)


def test_projects(client, project, v4):
    shown = client.projects.get(project["id"])
    assert shown["root_asset_id"] == project["root_asset_id"]
    assert shown["root_asset"]["name"] == "root"
    listed = client.teams.list_projects(v4.demo["workspace_id"])
    assert project["id"] in [listed["id"] for listed in listed]


def test_children_are_paged(client, folder):
    names = [f"{number}" for number in range(7)]
    for name in names:
        client.assets.create(folder["id"], name=name, type="folder")
    # The arguments go into the body of the GET, which V2 ignored.
    children = client.assets.get_children(folder["id"], page=1, page_size=1, type="file")
    assert (children.total, children.page_size) == (7, 2)
    assert sorted(child["name"] for child in children) == names


def test_upload_and_download(client, folder, movie, tmp_path, v4):
    asset = client.assets.upload(folder["id"], str(movie))
    assert len(asset["upload_urls"]) == 3
    file = client.assets.get(asset["id"])
    assert (file["_type"], file["type"], file["filesize"]) == ("file", "file", 250_001)
    assert file["upload_completed_at"] is not None and not file["is_session_watermarked"]
    for multi_part in (False, True):
        target = tmp_path / f"{multi_part}"
        target.mkdir()
        client.assets.download(file, str(target), multi_part=multi_part)
        assert (target / "clip.mp4").read_bytes() == movie.read_bytes()
    shown = v4.call("GET", f"files/{asset['id']}")
    assert shown["status"] == "transcoded" and shown["media_type"] == "video/mp4"
    # A project is no folder: the SDK finds out by a 404.
    with pytest.raises(requests.HTTPError) as refused:
        client.assets.get(file["project_id"])
    assert refused.value.response.status_code == 404


def test_assets_are_copied_and_deleted(client, folder, movie):
    asset = client.assets.upload(folder["id"], str(movie))
    other = client.assets.create(folder["id"], name="other", type="folder")
    copy = client.assets.copy(other["id"], id=asset["id"])
    assert copy["parent_id"] == other["id"] and copy["id"] != asset["id"]
    many = client.assets.bulk_copy(other["id"], asset_list=[asset["id"]], copy_comments=True)
    assert list(many["success"]) == [asset["id"]]
    assert client.assets.update(asset["id"], name="new.mp4", label="approved")["label"] == "approved"
    assert client.assets.delete(asset["id"])["deleted_at"] is not None


def test_comments(client, folder, movie):
    asset = client.assets.upload(folder["id"], str(movie))
    comment = client.comments.create(asset["id"], text="Hello", timestamp=24, duration=12)
    assert (comment["timestamp"], comment["duration"], comment["completed"]) == (24, 12, False)
    assert [it["id"] for it in client.comments.list(asset["id"])] == [comment["id"]]
    assert client.comments.get(comment["id"])["owner"]["email"]
    assert client.comments.update(comment["id"], text="x")["text"] == "x"
    with pytest.raises(requests.HTTPError) as refused:
        client.comments.reply(comment["id"], text="r")
    assert refused.value.response.status_code == 422
    with pytest.raises(requests.HTTPError) as refused:
        client.comments.create(asset["id"], text="internal", private=True)
    assert refused.value.response.status_code == 422
    assert client.comments.delete(comment["id"])["deleted_at"] is not None


def test_review_links(client, project, folder, movie, v4):
    asset = client.assets.upload(folder["id"], str(movie))
    link = client.review_links.create(project["id"], name="Cut", password="abc123")
    assert link["has_password"] and link["short_url"].startswith("https://f.io/")
    assert client.review_links.update_assets(link["id"], asset_ids=[asset["id"]])["item_count"] == 1
    items = client.review_links.get_assets(link["id"])
    assert items[0]["asset"]["original"].startswith("http")
    changed = client.review_links.update_settings(
        link["id"], expires_at="2030-12-31T00:00:00+00:00", is_active=False, name="n", password="p"
    )
    assert (changed["name"], changed["is_active"]) == ("n", False)
    assert client.review_links.get(link["id"])["project_id"] == project["id"]
    assert link["id"] in [it["id"] for it in client.review_links.list(project["id"])]
    assert v4.call("GET", f"shares/{link['id']}")["enabled"] is False
    assert client.presentation_links.create(asset["id"], title="t")["title"] == "t"


def test_search(client, folder, movie, v4):
    client.assets.upload(folder["id"], str(movie))
    # The SDK has no call for it; version 2 sends this body.
    body = {
        "account_id": v4.demo["account_id"], "q": "clip", "sort": "name", "page_size": 10,
        "page": 1, "filter": {"type": {"op": "eq", "value": "file"}},
    }
    found = client._api_call("post", "/search/library", body)
    assert found and all("clip" in it["name"].lower() for it in found)
    assert all(it["type"] == "file" and it["project"]["id"] for it in found)


def test_people(client, project, guests):
    collaborators = client.projects.get_collaborators(project["id"])
    # The second page is asked for with a second `?`.
    assert (collaborators.total, collaborators.page_size) == (3, 2)
    found = [it["user_id"] for it in collaborators]
    assert len(found) == 3 and set(found) == set(guests)
    assert list(client.projects.get_pending_collaborators(project["id"])) == []


def test_audit_logs(client, project, v4):
    logs = client.logs.list(v4.demo["account_id"])
    first = next(iter(logs))
    assert first["action"][0].isupper() and first["actor_id"]
