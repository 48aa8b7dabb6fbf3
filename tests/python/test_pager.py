"""The SDK's pager, over several pages."""

import asyncio
import os
from urllib.parse import parse_qs, urlsplit

import pytest
from frameio import AsyncFrameio


@pytest.fixture
def many(new_folder):
    return [new_folder(f"{n:03}").name for n in range(120)]


def test_it_reads_all_pages_once(sdk, account, project, many):
    root = project.root_folder_id
    pager = sdk.folders.list(
        account, root, include="creator", page_size=30, include_total_count=True
    )
    assert pager.response.total_count == 120
    pages = sdk.pages(pager)
    assert [it.name for page in pages for it in page.items] == many
    # It follows the link as it is, which has the cursor alone: from the second page on the size
    # is the default, and nothing is included.
    assert [len(page.items) for page in pages] == [30, 50, 40]
    assert all(it.creator is not None for it in pages[0].items)
    assert all(it.creator is None for page in pages[1:] for it in page.items)


def test_a_cursor_that_is_given_keeps_what_was_asked(sdk, account, project, many):
    root, names, after = project.root_folder_id, [], None
    for _ in range(5):
        page = sdk.folders.list(account, root, sort="name_desc", page_size=30, after=after)
        names += [it.name for it in page.items]
        if page.response.links.next is None:
            break
        [after] = parse_qs(urlsplit(page.response.links.next).query)["after"]
    assert names == many[::-1]


def test_one_page_has_no_next(sdk, account, new_folder, project):
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
