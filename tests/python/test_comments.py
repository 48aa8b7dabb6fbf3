"""Comments and their attachments."""

import json

import httpx
import pytest
from frameio.errors import NotFoundError


def test_a_comment_with_everything(sdk, account, new_file):
    file = new_file()
    box = {"tool": "rect", "color": "#fbd400", "size": 4, "x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}
    data = {
        "text": "See the light https://example.com",
        "timestamp": "00:00:01:12",
        "duration": 10,
        "annotation": json.dumps([box]),
        "links": [{"start_index": 14, "end_index": 33, "url": "https://example.com"}],
    }
    comments = sdk.comments
    made = comments.create(account, file.id, data=data).data
    assert (made.timestamp, made.duration) == (36, 10)
    assert json.loads(made.annotation) == [box]
    shown = comments.show(
        account, made.id, include="owner,replies", timestamp_as_timecode=True
    ).data
    assert (shown.timestamp, shown.owner.name, shown.replies) == ("00:00:01:12", "Demo User", [])
    changed = comments.update(account, made.id, data={"text": "Done", "completed": True}).data
    assert changed.completed_at is not None
    listed = comments.index(
        account, file.id, include="owner", sort="owner_asc", timestamp_as_timecode=False
    )
    assert [(it.text, it.timestamp) for it in listed] == [("Done", 36)]
    comments.delete(account, made.id)
    with pytest.raises(NotFoundError):
        comments.show(account, made.id)


def test_comments_on_pages_and_points(sdk, account, new_file):
    file = new_file("script.pdf")
    data = {"text": "Here", "page": 2, "anchor": {"x": 0.25, "y": 0.5}}
    made = sdk.comments.create(account, file.id, data=data).data
    assert (made.page, made.anchor.x) == (2, 0.25)
    review = {
        "text_review_annotation_type": "replace",
        "bounds": [{"x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0}],
        "selection_text": "teh",
        "suggested_text": "the",
    }
    data = {"text": "A typo", "page": 1, "text_review_annotation": review}
    made = sdk.comments.create(account, file.id, data=data).data
    assert made.text_review_annotation.suggested_text == "the"


def test_attachments(sdk, account, new_file):
    file = new_file()
    note = {"name": "note.txt", "file_size": 5, "media_type": "text/plain"}
    data = {"text": "Attached", "attachments": [note]}
    comment = sdk.comments.create(account, file.id, data=data).data
    assert [it.name for it in comment.attachments] == ["note.txt"]
    more = sdk.comments.create_attachment(account, comment.id, data=note).data
    headers = {"content-type": "text/plain", "x-amz-acl": "private"}
    for url in more.upload_urls:
        assert httpx.put(url, content=b"hello", headers=headers).status_code == 200
    assert len(sdk.comments.show(account, comment.id).data.attachments) == 2
    sdk.comments.delete_attachment(account, comment.id, more.id)
    assert len(sdk.comments.show(account, comment.id).data.attachments) == 1
