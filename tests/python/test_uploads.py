"""Uploaders of the SDK, and downloads."""

import io
import random
import threading

import httpx
import pytest
from frameio.core.chunked_uploader import ChunkedS3Uploader
from frameio.upload import FrameioUploader


MEDIA = [
    "original",
    "thumbnail",
    "thumbnail_high_quality",
    "video_h264_180",
    "high_quality",
    "efficient",
    "scrub_sheet",
]
EVERYTHING = ",".join(["creator,project,metadata"] + [f"media_links.{name}" for name in MEDIA])


def original(sdk, account, file_id):
    return sdk.files.show(account, file_id, include="media_links.original").data


@pytest.mark.parametrize("size", [1, 999_999, 1_000_000, 1_000_001, 5_300_001])
def test_a_file_is_uploaded_in_parts(sdk, account, new_file, size):
    content = random.Random(size).randbytes(size)
    file = new_file("clip.mp4", size)
    assert len(file.upload_urls) == -(-size // 1_000_000)
    progress, lock = [], threading.Lock()

    def on_progress(done, total):
        with lock:
            progress.append((done, total))

    FrameioUploader(file, io.BytesIO(content), max_workers=3, on_progress=on_progress).upload()
    assert max(progress) == (size, size)
    assert len(progress) == len(file.upload_urls)
    status = sdk.files.show_file_upload_status(account, file.id).data
    assert (status.upload_complete, status.upload_failed) == (True, False)
    assert status.upload_completed_at is not None
    shown = original(sdk, account, file.id)
    assert (shown.status, shown.file_size) == ("transcoded", size)
    assert httpx.get(shown.media_links.original.download_url).content == content


def test_parts_require_their_headers(sdk, account, new_file):
    """Without `x-amz-acl` the storage refuses every attempt at a part."""
    file = new_file("clip.mp4", 1_500_000)
    uploader = ChunkedS3Uploader(
        [url.url for url in file.upload_urls],
        io.BytesIO(bytes(1_500_000)),
        filesize=1_500_000,
        content_type=file.media_type,
        max_retries=1,
    )
    with pytest.raises(RuntimeError) as raised:
        uploader.upload()
    assert raised.value.__cause__.response.status_code == 403
    assert not sdk.files.show_file_upload_status(account, file.id).data.upload_complete


def test_a_truncated_file_stays_incomplete(sdk, account, new_file):
    """The storage refuses the last part, which is too short; the file stays `created`."""
    file = new_file("clip.mp4", 1_500_000)
    with pytest.raises(RuntimeError):
        FrameioUploader(file, io.BytesIO(bytes(1_400_000)), max_retries=1).upload()
    shown = sdk.files.show(account, file.id).data
    assert shown.status == "created"


def test_renditions(sdk, account, new_file):
    file = new_file("clip.mp4", 5)
    FrameioUploader(file, io.BytesIO(b"bytes")).upload()
    media = sdk.files.show(account, file.id, include=EVERYTHING).data.media_links
    assert httpx.get(media.original.inline_url).content == b"bytes"
    assert httpx.get(media.thumbnail.url).headers["content-type"] == "image/png"
    assert httpx.get(media.video_h_264_180.download_url).status_code == 200


@pytest.mark.parametrize("name", ["README", "a.pdf", "b.wav", "c.png", "d.mov", "e.unheard-of"])
def test_all_kinds_of_files_with_everything(sdk, account, project, new_file, name):
    root = project.root_folder_id
    file = new_file(name)
    before = sdk.files.show(account, file.id, include=EVERYTHING).data
    assert before.status == "created"
    FrameioUploader(file, io.BytesIO(b"bytes")).upload()
    after = sdk.files.show(account, file.id, include=EVERYTHING).data
    assert after.media_links.original.download_url
    sdk.metadata.show(account, file.id)
    sdk.metadata.show(account, file.id, show_null=True)
    [listed] = sdk.folders.index(account, root, include=EVERYTHING)
    assert (listed.id, listed.media_type) == (after.id, after.media_type)
    copy = sdk.files.copy(account, file.id).data
    assert (copy.name, copy.media_type) == (name, after.media_type)
    sdk.files.delete(account, file.id)
    [deleted] = sdk.projects.recently_deleted(account, project.id).data
    assert deleted.id == file.id
