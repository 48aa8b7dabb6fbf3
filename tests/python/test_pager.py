"""Pagers of the SDK."""

import asyncio
import os
from urllib.parse import parse_qs, urlsplit

import pytest
from frameio import AsyncFrameio


@pytest.fixture
def many(new_folder):
    return [new_folder(f"{n:03}").name for n in range(120)]


def test_reads_all_pages_once(sdk, account, project, many):
    root = project.root_folder_id
    pager = sdk.folders.list(
        account, root, include="creator", page_size=30, include_total_count=True
    )
    assert pager.response.total_count == 120
    pages = sdk.pages(pager)
    assert [it.name for page in pages for it in page.items] == many
    # The pager follows the link, which contains only the cursor: from the second page on the page
    # size is the default, and no related resources are included.
    assert [len(page.items) for page in pages] == [30, 50, 40]
    assert all(it.creator is not None for it in pages[0].items)
    assert all(it.creator is None for page in pages[1:] for it in page.items)


def test_a_cursor_can_be_combined_with_other_parameters(sdk, account, project, many):
    root, names, after = project.root_folder_id, [], None
    for _ in range(5):
        page = sdk.folders.list(account, root, sort="name_desc", page_size=30, after=after)
        names += [it.name for it in page.items]
        if page.response.links.next is None:
            break
        [after] = parse_qs(urlsplit(page.response.links.next).query)["after"]
    assert names == many[::-1]


def test_a_single_page_has_no_next_page(sdk, account, new_folder, project):
    new_folder("Only")
    [page] = sdk.pages(sdk.folders.list(account, project.root_folder_id))
    assert (len(page.items), page.has_next, page.response.links.next) == (1, False, None)


def test_the_asynchronous_pager(base_url, account, project, many):
    async def names():
        sdk = AsyncFrameio(base_url=base_url, token=os.environ["FRAMEIO_TOKEN"])
        assert (await sdk.users.show()).data.name == "Demo User"
        pager = await sdk.folders.list(account, project.root_folder_id, page_size=50)
        return [it.name async for it in pager]

    assert asyncio.run(names()) == many


def lists(sim, project, file, stack):
    """Returns all lists with several items, by method, with their arguments."""
    account, workspace, root = sim.account_id, sim.workspace_id, project.root_folder_id
    return {
        "accounts.auditlog_index": [account],
        "collections.index": [account, sim.project_id],
        "comments.index": [account, file],
        "custom_actions.actions_index": [account, workspace],
        "files.list": [account, root],
        "folders.index": [account, root],
        "groups.index": [account],
        "metadata_fields.metadata_field_definitions_index": [account],
        "projects.account_projects_index": [account],
        "projects.index": [account, workspace],
        "users.account_permissions_index": [account],
        "version_stacks.index": [account, stack],
        "webhooks.index": [account, workspace],
        "workspace_permissions.index": [account, workspace],
        "workspaces.index": [account],
    }


def test_every_list_is_paged(sdk, sim, project, new_file):
    account, workspace = sim.account_id, sim.workspace_id
    file = [new_file(f"{n}.mp4").id for n in range(3)][0]
    versions = {"file_ids": [new_file(f"v{n}.mp4").id for n in range(3)]}
    stack = sdk.version_stacks.create(account, project.root_folder_id, data=versions).data.id
    url = "https://hooks.example.com"
    for n in range(3):
        name = f"{n} {project.id}"
        sdk.comments.create(account, file, data={"text": name})
        sdk.groups.create(account, data={"name": name, "emoji": "🎨"})
        sdk.projects.create(account, workspace, data={"name": name})
        sdk.workspaces.create(account, data={"name": name})
        data = {"name": name, "url": url, "events": ["file.ready"]}
        sdk.webhooks.create(account, workspace, data=data)
        data = {"name": name, "description": name, "event": "grade.it", "url": url}
        sdk.custom_actions.actions_create(account, workspace, data=data)
    for name, where in lists(sim, project, file, stack).items():
        resource, method = name.split(".")
        whole = getattr(getattr(sdk, resource), method)(*where, page_size=100)
        first = getattr(getattr(sdk, resource), method)(
            *where, page_size=1, include_total_count=True
        )
        pages = sdk.pages(first)
        items = [it for page in pages for it in page.items]
        assert len(pages[0].items) == 1 and len(pages) >= 2, name
        assert len(items) == first.response.total_count, name
        if whole.response.links.next is None:
            assert items == whole.items, name
