"""Webhooks and custom actions."""

import pytest
from frameio.errors import NotFoundError


def test_a_webhook(sdk, sim):
    webhooks, account = sdk.webhooks, sim.account_id
    data = {"name": "CI", "url": "https://hooks.example.com", "events": ["file.ready"]}
    made = webhooks.create(account, sim.workspace_id, data=data).data
    assert (made.active, made.events) == (True, ["file.ready"])
    assert made.secret
    shown = webhooks.show(account, made.id, include="creator").data
    assert shown.creator.name == "Demo User"
    data = {"active": False, "events": ["comment.created", "file.ready"]}
    assert webhooks.update(account, made.id, data=data).data.active is False
    listed = webhooks.index(account, sim.workspace_id, include="creator", sort="name_asc")
    assert made.id in [it.id for it in listed]
    webhooks.delete(account, made.id)
    with pytest.raises(NotFoundError):
        webhooks.show(account, made.id)


def test_a_custom_action(sdk, sim):
    actions, account = sdk.custom_actions, sim.account_id
    data = {
        "name": "Grade",
        "description": "Grades it",
        "event": "grade.it",
        "url": "https://actions.example.com",
        "timeout": 7,
    }
    made = actions.actions_create(account, sim.workspace_id, data=data).data
    assert (made.event, made.timeout, made.multi_asset) == ("grade.it", 7, True)
    assert made.secret
    shown = actions.actions_show(account, made.id, include="creator").data
    assert shown.creator.name == "Demo User"
    data = {"name": "Regrade", "active": False}
    assert actions.actions_update(account, made.id, data=data).data.name == "Regrade"
    listed = actions.actions_index(account, sim.workspace_id, include="creator")
    assert made.id in [it.id for it in listed]
    actions.actions_delete(account, made.id)
    with pytest.raises(NotFoundError):
        actions.actions_show(account, made.id)
