"""Weekly numbers of all review projects."""
import configparser
from urllib.parse import urljoin

import requests

config = configparser.ConfigParser()
config.read("settings.ini")
ENDPOINT = config["frameio"]["endpoint"]
session = requests.Session()
session.headers["Authorization"] = "Bearer " + open(config["frameio"]["token_file"]).read()


def pages(path, **params):
    page = 1
    while True:
        answer = session.get(urljoin(ENDPOINT, path), params={"page": page, **params})
        yield from answer.json()
        if page >= int(answer.headers["total-pages"]):
            return
        page += 1


def numbers(team):
    for project in pages("teams/%s/projects" % team):
        files = list(pages("assets/{}/children".format(project["root_asset_id"]), type="file"))
        notes = sum(f["comment_count"] for f in files)
        seconds = sum(f["duration"] or 0 for f in files)
        print(project["name"], len(files), notes, seconds)


def stock():
    reply = requests.get(urljoin(config["store"]["endpoint"], "projects/1/assets"))
    return [item["team_id"] for item in reply.json()]
