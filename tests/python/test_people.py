"""Users, accounts, workspaces, roles and groups."""

import os
import uuid

import httpx
import pytest
from checked import Checked
from frameio import Filters
from frameio.errors import ForbiddenError, NotFoundError


def test_the_signed_in_user(sdk, sim):
    me = sdk.users.show().data
    assert me.id == sim.user_id
    assert me.email == "demo@example.com"


def test_accounts(sdk, sim):
    accounts = sdk.accounts.index(sort="display_name_asc", include_total_count=True)
    assert accounts.response.total_count == 1
    assert [account.id for account in accounts] == [sim.account_id]


def test_the_audit_log_contains_a_new_project(sdk, sim, project):
    log = sdk.accounts.auditlog_index(
        sim.account_id, include="user", filters=Filters(project_id=project.id), page_size=100
    )
    entries = [entry for page in sdk.pages(log) for entry in page.items]
    assert [(it.event_type, it.user.id) for it in entries] == [("project_created", sim.user_id)]


def test_workspaces(sdk, account):
    made = sdk.workspaces.create(account, data={"name": "Python"}).data
    shown = sdk.workspaces.show(account, made.id, include="creator").data
    assert (shown.name, shown.creator.name) == ("Python", "Demo User")
    assert sdk.workspaces.update(account, made.id, data={"name": "Snake"}).data.name == "Snake"
    listed = sdk.workspaces.index(account, include="creator", sort="name_desc")
    assert "Snake" in [workspace.name for workspace in listed]
    sdk.workspaces.delete(account, made.id)
    with pytest.raises(NotFoundError):
        sdk.workspaces.show(account, made.id)


def test_roles_in_the_account(sdk, sim):
    users = sdk.users.account_permissions_index(
        sim.account_id, include_deactivated=True, sort="name_asc", include_total_count=True
    )
    # Service accounts of servers that have signed in are users too.
    everybody = list(users)
    assert users.response.total_count == len(everybody)
    people = [it for it in everybody if not it.user.email.endswith("@techacct.adobe.com")]
    assert len(people) == 4
    roles = sdk.account_permissions
    for role in ["admin", "member"]:
        updated = roles.account_user_roles_update(
            sim.account_id, sim.commenter_id, data={"role": role}
        )
        assert updated.data.role == role


def test_roles_in_a_workspace(sdk, sim):
    workspace = sdk.workspaces.create(sim.account_id, data={"name": "Roles"}).data.id
    roles = sdk.workspace_permissions
    roles.workspace_user_roles_update(
        sim.account_id, workspace, sim.viewer_id, data={"role": "editor"}
    )
    listed = roles.index(sim.account_id, workspace, include_deactivated=False, sort="role_asc")
    assert sim.viewer_id in [it.user.id for it in listed]
    roles.workspace_user_roles_delete(sim.account_id, workspace, sim.viewer_id)
    assert sim.viewer_id not in [it.user.id for it in roles.index(sim.account_id, workspace)]
    sdk.workspaces.delete(sim.account_id, workspace)


def test_roles_in_a_project(sdk, sim, project):
    roles = sdk.project_permissions
    roles.project_user_roles_update(
        sim.account_id, project.id, sim.viewer_id, data={"role": "commenter"}
    )
    listed = roles.index(sim.account_id, project.id, sort="email_asc", include_total_count=True)
    assert sim.viewer_id in [it.user.id for it in listed]
    roles.delete(sim.account_id, project.id, sim.viewer_id)


def test_roles_in_a_folder(sdk, sim, new_folder):
    folder = new_folder("Secret")
    roles = sdk.folder_permissions
    roles.folder_user_roles_update(
        sim.account_id, folder.id, sim.viewer_id, data={"role": "viewer"}
    )
    listed = roles.folder_user_roles_index(sim.account_id, folder.id)
    assert sim.viewer_id in [it.user.id for it in listed]
    roles.delete(sim.account_id, folder.id, sim.viewer_id)


def test_groups(sdk, base_url, account):
    name = f"Colour {uuid.uuid4()}"
    group = sdk.groups.create(account, data={"name": name, "emoji": "🎨"}).data
    shown = sdk.groups.show(account, group.id, include="creator").data
    assert (shown.name, shown.creator.name) == (name, "Demo User")
    changed = sdk.groups.update(account, group.id, data={"emoji": "🎬"}).data
    assert (changed.name, changed.emoji) == (name, "🎬")
    # Groups of Adobe are imported by an operation that the SDK does not have.
    adobe = f"{base_url}/v4/accounts/{account}/adobe_groups"
    headers = {"authorization": f"Bearer {os.environ['FRAMEIO_TOKEN']}"}
    headers["api-version"] = "experimental"
    [at_adobe] = httpx.get(adobe, headers=headers).json()["data"]
    body = {"data": {"adobe_group_id": at_adobe["adobe_group_id"]}}
    httpx.post(adobe, headers=headers, json=body).raise_for_status()
    listed = sdk.groups.index(account, include="creator", sort="name_asc")
    assert {"adobe", "frame"} <= {it.source for it in listed}


def test_a_viewer_cannot_create_folders(base_url, sim):
    viewer = Checked(base_url, sim.viewer_token)
    with pytest.raises(ForbiddenError):
        viewer.folders.create(sim.account_id, sim.root_folder_id, data={"name": "Dailies"})
