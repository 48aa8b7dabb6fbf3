"""Shares with their reviewers, assets and activities, and search."""

import datetime

import pytest
from frameio.errors import NotFoundError


@pytest.fixture
def share(sdk, account, project, new_file):
    data = {
        "type": "asset",
        "name": "For review",
        "access": "public",
        "asset_ids": [new_file("one.mp4").id, new_file("two.mp4").id],
        "downloading_enabled": True,
        "expiration": datetime.datetime(2030, 1, 22, 17, 4, 53, tzinfo=datetime.timezone.utc),
    }
    return sdk.shares.create(account, project.id, data=data).data


def test_a_share(sdk, account, project, share):
    assert (share.name, share.access) == ("For review", "public")
    assert share.short_url.startswith("https://f.io/")
    assert sdk.shares.show(account, share.id).data.id == share.id
    assert [it.id for it in sdk.shares.index(account, project.id, page_size=10)] == [share.id]
    changed = sdk.shares.update(account, share.id, data={"name": "Seen", "commenting_enabled": False})
    assert (changed.data.name, changed.data.commenting_enabled) == ("Seen", False)
    sdk.shares.delete(account, share.id)
    with pytest.raises(NotFoundError):
        sdk.shares.show(account, share.id)


def test_assets_of_a_share(sdk, account, share, new_file):
    more = new_file("three.mp4")
    sdk.shares.add_asset(account, share.id, data={"asset_id": more.id})
    listed = sdk.shares.list_assets(account, share.id, page_size=10, include_total_count=True)
    assert {it.name for it in listed.data} == {"one.mp4", "two.mp4", "three.mp4"}
    sdk.shares.remove_asset(account, share.id, more.id)
    assert len(sdk.shares.list_assets(account, share.id).data) == 2


def test_reviewers_and_activities_of_a_share(sdk, account, project, new_file):
    data = {"type": "asset", "name": "Secret", "access": "secure", "asset_ids": [new_file().id]}
    share = sdk.shares.create(account, project.id, data=data).data
    reviewers = {"emails": ["kim@example.com", "sam@example.com"]}
    sdk.shares.add_reviewers(account, share.id, data={"message": "Look", "reviewers": reviewers})
    listed = [it.email for it in sdk.shares.list_reviewers(account, share.id, page_size=1)]
    assert sorted(listed) == ["kim@example.com", "sam@example.com"]
    sdk.shares.remove_reviewers(account, share.id, data={"reviewers": {"emails": [listed[0]]}})
    assert len(list(sdk.shares.list_reviewers(account, share.id))) == 1
    assert sdk.shares.list_activities(account, share.id).data == []


def test_search(sdk, account, new_file):
    file = new_file("northern lights.mp4")
    data = {"text": "A whale, there"}
    sdk.comments.create(account, file.id, data=data)
    for query, engine in (("northern LIGHTS", "lexical"), ("whale", "nlp")):
        found = sdk.search.search(account, query=query, engine=engine, page_size=10)
        assert file.id in [it.result.id for it in found.data]
        assert all(it.matches for it in found.data)
    assert sdk.search.search(account, query="nothing of the kind", engine="lexical").data == []
