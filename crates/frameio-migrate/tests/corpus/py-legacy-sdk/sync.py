"""Uploads the dailies of a day."""
import os
from frameioclient import FrameioClient

client = FrameioClient(os.environ["FRAMEIO_TOKEN"])


def dailies(team_id):
    for project in client.projects.get(team_id):
        root = project["root_asset_id"]
        for asset in client.assets.get_children(root, page_size=1000):
            if asset["_type"] == "file" and asset["label"] != "approved":
                yield asset


def upload(folder, path):
    asset = client.assets.upload(folder, path)
    print(asset["id"], asset["filesize"])
    client.comments.create(asset_id=asset["id"], text="uploaded", timestamp=24)
    link = client.review_links.create(folder, name="Dailies")
    return link["short_url"]


def unrelated(items):
    # Names that look alike in another library.
    return {item.name: item.size for item in items}
