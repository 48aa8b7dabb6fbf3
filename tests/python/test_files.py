"""Folders, files and version stacks."""

import http.server
import threading
import time

import pytest
from frameio.errors import NotFoundError

ASSET_INCLUDE = "creator,project,metadata,media_links.original,media_links.thumbnail"


def names(pager):
    return sorted(it.name for it in pager)


def test_a_folder(sdk, account, project, new_file, new_folder):
    folder = new_folder("Dailies")
    shown = sdk.folders.show(account, folder.id, include="creator,project,metadata").data
    assert (shown.name, shown.creator.name, shown.project.id) == ("Dailies", "Demo User", project.id)
    assert sdk.folders.update(account, folder.id, data={"name": "Day 1"}).data.name == "Day 1"
    new_file("a.mp4")
    new_file("b.mp4", folder=folder.id)
    root = project.root_folder_id
    children = sdk.folders.index(account, root, include=ASSET_INCLUDE, sort="name_asc")
    assert {(it.name, it.type) for it in children} == {("Day 1", "folder"), ("a.mp4", "file")}
    assert names(sdk.folders.index(account, root, type="file")) == ["a.mp4"]
    assert names(sdk.folders.list(account, root, include="creator,project")) == ["Day 1"]
    sdk.folders.delete(account, folder.id)
    with pytest.raises(NotFoundError):
        sdk.folders.show(account, folder.id)


def test_folders_are_copied_and_moved(sdk, account, project, new_file, new_folder):
    one, two = new_folder("One"), new_folder("Two")
    new_file("in one.mp4", folder=one.id)
    copy = sdk.folders.copy(account, one.id, copy_metadata=True, data={"parent_id": two.id}).data
    assert copy.parent_id == two.id
    assert sdk.folders.copy(account, one.id).data.parent_id == project.root_folder_id
    three = new_folder("Three")
    assert sdk.folders.move(account, three.id, data={"parent_id": two.id}).data.parent_id == two.id
    ids = {"folder_ids": [copy.id, three.id], "parent_id": one.id}
    copied = sdk.folders.bulk_copy(account, data=ids, copy_metadata=False, copy_comments="all")
    assert [it.source_folder_id for it in copied.data] == ids["folder_ids"]
    assert len(sdk.folders.bulk_move(account, data=ids).data) == 2
    assert len(list(sdk.folders.list(account, two.id))) == 0
    assert len(list(sdk.folders.list(account, one.id))) == 4


def test_a_file(sdk, account, project, new_file):
    file = new_file("Ünïcode 🎬.mp4", 2_500_000)
    assert [url.size for url in file.upload_urls] == [833_334, 833_334, 833_332]
    shown = sdk.files.show(account, file.id, include=ASSET_INCLUDE).data
    assert (shown.name, shown.status, shown.type) == ("Ünïcode 🎬.mp4", "created", "file")
    assert shown.creator.name == "Demo User"
    status = sdk.files.show_file_upload_status(account, file.id).data
    assert (status.upload_complete, status.upload_failed) == (False, False)
    assert sdk.files.update(account, file.id, data={"name": "b.mov"}).data.name == "b.mov"
    listed = sdk.files.list(
        account, project.root_folder_id, include=ASSET_INCLUDE, sort="file_size_desc"
    )
    assert names(listed) == ["b.mov"]
    sdk.files.delete(account, file.id)
    with pytest.raises(NotFoundError):
        sdk.files.show(account, file.id)


def test_files_are_copied_and_moved(sdk, account, project, new_file, new_folder):
    files, folder = [new_file(f"{n}.mp4") for n in range(3)], new_folder("There")
    there = {"parent_id": folder.id}
    copy = sdk.files.copy(
        account, files[0].id, copy_metadata=True, copy_comments="all", data=there
    ).data
    assert copy.parent_id == folder.id
    assert sdk.files.copy(account, files[0].id).data.parent_id == project.root_folder_id
    assert sdk.files.move(account, files[0].id, data=there).data.parent_id == folder.id
    ids = there | {"file_ids": [files[1].id, files[2].id]}
    copied = sdk.files.bulk_copy(account, data=ids, copy_metadata=True, copy_comments="all").data
    assert [it.source_file_id for it in copied] == ids["file_ids"]
    assert len(sdk.files.bulk_move(account, data=ids).data) == 2
    assert len(list(sdk.files.list(account, folder.id))) == 6


def test_an_import(sdk, account, project):
    storage = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    data = {"name": "import.mp4", "key": "bucket/import.mp4", "storage_location": storage}
    assert sdk.files.import_file(account, project.root_folder_id, data=data).data.name == data["name"]


@pytest.fixture
def source():
    """URL of 40,000 bytes on the loopback interface."""

    class Source(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "video/mp4")
            self.send_header("content-length", "40000")
            self.end_headers()
            self.wfile.write(bytes(40_000))

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Source) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/clip.mp4"
        server.shutdown()


def uploaded(sdk, account, file_id):
    """Waits for the end of a background upload; returns its status."""
    for _ in range(200):
        status = sdk.files.show_file_upload_status(account, file_id).data
        if status.upload_complete or status.upload_failed:
            return status
        time.sleep(0.02)
    pytest.fail("the remote upload did not end")


def test_remote_uploads(sdk, account, project, source):
    data = {"name": "remote.mp4", "source_url": source}
    file = sdk.files.create_remote_upload(account, project.root_folder_id, data=data).data
    assert uploaded(sdk, account, file.id).upload_complete
    assert sdk.files.show(account, file.id).data.file_size == 40_000
    # The legacy operation accepts a size or a source.
    data |= {"media_type": "video/mp4", "file_size": 40_000}
    file = sdk.files.create(account, project.root_folder_id, data=data).data
    assert uploaded(sdk, account, file.id).upload_complete


def test_version_stacks(sdk, account, project, new_file, new_folder):
    files, folder = [new_file(f"v{n}.mp4") for n in (1, 2)], new_folder("There")
    stacks, root = sdk.version_stacks, project.root_folder_id
    stack = stacks.create(account, root, data={"file_ids": [it.id for it in files]}).data
    shown = stacks.show(account, stack.id, include=ASSET_INCLUDE).data
    assert (shown.type, shown.head_version.id) == ("version_stack", files[1].id)
    listed = stacks.list(account, root, include=ASSET_INCLUDE, sort="name_asc")
    assert [it.id for it in listed] == [stack.id]
    third = new_file("v3.mp4")
    sdk.files.move(account, third.id, data={"parent_id": stack.id})
    versions = stacks.index(account, stack.id, include=ASSET_INCLUDE, sort="created_at_desc")
    assert [it.name for it in versions] == ["v3.mp4", "v2.mp4", "v1.mp4"]
    children = sdk.folders.index(account, root, include=ASSET_INCLUDE, type="version_stack")
    assert [it.type for it in children] == ["version_stack"]
    there = {"parent_id": folder.id}
    copy = stacks.copy(account, stack.id, copy_metadata=True, data=there).data
    assert copy.parent_id == folder.id
    assert stacks.move(account, stack.id, data=there).data.parent_id == folder.id
    assert len(list(stacks.list(account, folder.id))) == 2
