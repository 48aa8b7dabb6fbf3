"""Projects, collections, and deleted assets."""

import pytest
from frameio.errors import NotFoundError


def test_a_project(sdk, account, project):
    shown = sdk.projects.show(account, project.id, include="owner").data
    assert (shown.name, shown.owner.name) == (project.name, "Demo User")
    data = {"name": "Feature", "status": "inactive"}
    changed = sdk.projects.update(account, project.id, data=data).data
    assert (changed.name, changed.status) == ("Feature", "inactive")
    sdk.projects.delete(account, project.id)
    with pytest.raises(NotFoundError):
        sdk.projects.show(account, project.id)


def test_lists_of_projects(sdk, sim, project):
    projects = sdk.projects
    listed = projects.index(
        sim.account_id, sim.workspace_id, include="owner", sort="created_at_desc", page_size=100
    )
    assert project.id in [it.id for it in listed]
    listed = projects.account_projects_index(
        sim.account_id, include="owner", sort="created_at_desc", include_total_count=True
    )
    assert listed.items[0].id == project.id
    assert listed.response.total_count >= 2
    assert list(projects.invited_projects_index(sim.account_id, include="owner")) == []


def test_deleted_assets(sdk, account, project, new_file, new_folder):
    file, folder = new_file(), new_folder("Dailies")
    versions = [new_file(f"v{n}.mp4").id for n in (1, 2)]
    stack = sdk.version_stacks.create(
        account, project.root_folder_id, data={"file_ids": versions}
    ).data
    sdk.files.delete(account, file.id)
    sdk.folders.delete(account, folder.id)
    for version in versions:
        sdk.files.delete(account, version)
    deleted = sdk.projects.recently_deleted(account, project.id, sort="deleted_at_asc")
    assert {file.id, folder.id} <= {it.id for it in deleted.data}
    assert {it.type for it in deleted.data} <= {"file", "folder", "version_stack"}
    with pytest.raises(NotFoundError):
        sdk.version_stacks.show(account, stack.id)


def test_collections(sdk, sim):
    listed = sdk.collections.index(sim.account_id, sim.project_id, include="creator,project", page_size=100)
    names = [it.name for it in listed]
    assert names == ["Selects", "To Review"]
    shown = sdk.collections.show(sim.account_id, listed.items[0].id, include="creator,project").data
    assert shown.name == "Selects"
