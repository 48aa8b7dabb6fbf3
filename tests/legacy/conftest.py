"""What the tests share: a client, a folder for each test, and calls of V4 past the façade."""

import os
import subprocess

import pytest
import requests
from frameioclient import FrameioClient

URL = os.environ["LEGACY_URL"]
# Any token: the façade has a sign-in of its own.
TOKEN = "fio-u-old-token-of-a-script"


class V4:
    """The simulator, which the old clients never see."""

    def __init__(self):
        self.url = os.environ["FRAMEIO_BASE_URL"]
        self.session = requests.Session()
        self.session.headers["authorization"] = "Bearer " + os.environ["FRAMEIO_TOKEN"]
        self.demo = self.session.get(self.url + "/_sim/demo").json()

    def call(self, method, path, data=None):
        url = f"{self.url}/v4/accounts/{self.demo['account_id']}/{path}"
        answer = self.session.request(method, url, json=data and {"data": data})
        answer.raise_for_status()
        return answer.json()["data"] if answer.content else None


@pytest.fixture(scope="session")
def v4():
    return V4()


@pytest.fixture(scope="session")
def client():
    return FrameioClient(TOKEN, host=URL)


@pytest.fixture(scope="session")
def project(client, v4):
    return client.projects.create(v4.demo["workspace_id"], name="Legacy")


@pytest.fixture
def guests(v4, project):
    """Users with a role on the project who are not in its team."""
    users = [v4.demo[name] for name in ("editor_id", "commenter_id", "viewer_id")]
    team = v4.demo["workspace_id"]
    for user in users:
        v4.call("DELETE", f"workspaces/{team}/users/{user}")
        v4.call("PATCH", f"projects/{project['id']}/users/{user}", {"role": "viewer"})
    yield users
    for user in users:
        v4.call("PATCH", f"workspaces/{team}/users/{user}", {"role": "viewer"})


@pytest.fixture
def folder(client, project, request):
    name = request.node.name
    return client.assets.create(project["root_asset_id"], name=name, type="folder")


@pytest.fixture
def movie(tmp_path):
    """A file of several parts, none of them even."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(i % 251 for i in range(250_001)))
    return path


@pytest.fixture
def fioctl(tmp_path):
    """Runs fioctl with a configuration that names the façade, and returns what it prints."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".fioctl.yml").write_text(f"default:\n  bearer_token: {TOKEN}\n  host: {URL}\n")
    environment = {
        "HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8",
        "NO_PROXY": "*",
    }

    def run(*arguments, fails=False):
        command = [os.environ["LEGACY_FIOCTL"], *map(str, arguments)]
        ended = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert (ended.returncode != 0) == fails, ended.stdout + ended.stderr
        return ended.stdout

    return run
