"""Fixtures: clients of the simulator that `run` started."""

import json
import os
import uuid
from types import SimpleNamespace

import pytest
from checked import Checked


@pytest.fixture(scope="session")
def base_url() -> str:
    return os.environ["FRAMEIO_BASE_URL"]


@pytest.fixture(scope="session")
def sim() -> SimpleNamespace:
    """Ids of the initial records."""
    return SimpleNamespace(**json.loads(os.environ["FRAMEIO_SIM"]))


@pytest.fixture(scope="session")
def sdk(base_url: str) -> Checked:
    """SDK with the token of the demo user, which checks every response."""
    return Checked(base_url, os.environ["FRAMEIO_TOKEN"])


@pytest.fixture(scope="session")
def account(sim: SimpleNamespace) -> str:
    return sim.account_id


@pytest.fixture
def project(sdk: Checked, sim: SimpleNamespace):
    """New project for a test."""
    data = {"name": f"Python {uuid.uuid4()}"}
    return sdk.projects.create(sim.account_id, sim.workspace_id, data=data).data


@pytest.fixture
def new_file(sdk: Checked, sim: SimpleNamespace, project):
    """Creates a file in the project's root folder or another folder, without uploading it."""

    def new(name: str = "clip.mp4", size: int = 5, folder: str | None = None):
        folder = folder or project.root_folder_id
        data = {"name": name, "file_size": size}
        return sdk.files.create_local_upload(sim.account_id, folder, data=data).data

    return new


@pytest.fixture
def new_folder(sdk: Checked, sim: SimpleNamespace, project):
    """Creates a folder in the project's root folder."""

    def new(name: str):
        data = {"name": name}
        return sdk.folders.create(sim.account_id, project.root_folder_id, data=data).data

    return new
