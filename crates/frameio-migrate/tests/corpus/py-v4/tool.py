"""Lists comments with the V4 SDK."""
import os
from frameio import Frameio

client = Frameio(token=os.environ["FRAMEIO_TOKEN"])


def comments(account_id, file_id):
    pager = client.comments.list(account_id, file_id, include="replies", page_size=50)
    return [comment for comment in pager if comment.timestamp is not None]


def upload(account_id, folder_id, path):
    created = client.files.create_local_upload(account_id, folder_id, data={"name": path, "file_size": 1})
    return [part["url"] for part in created.data.upload_urls]
