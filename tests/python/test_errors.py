"""Exceptions of the SDK."""

import os
import uuid

import pytest
from checked import Checked
from frameio.core.request_options import RequestOptions
from frameio.errors import (
    NotFoundError,
    UnauthorizedError,
    UnprocessableEntityError,
)


def test_a_missing_file_is_not_found(sdk, account):
    with pytest.raises(NotFoundError) as raised:
        sdk.files.show(account, str(uuid.uuid4()))
    [error] = raised.value.body.errors
    assert (raised.value.status_code, error.title) == (404, "Not Found")
    assert error.detail


def test_an_invalid_body_is_unprocessable(sdk, account, project):
    data = {"name": "x" * 256, "file_size": 0}
    with pytest.raises(UnprocessableEntityError) as raised:
        sdk.files.create_local_upload(account, project.root_folder_id, data=data)
    pointers = [error["source"]["pointer"] for error in raised.value.body["errors"]]
    assert sorted(pointers) == ["/data/file_size", "/data/name"]


def test_an_unknown_field_is_unprocessable(sdk, account, new_folder):
    folder = new_folder("Dailies")
    options = RequestOptions(additional_body_parameters={"colour": "red"})
    with pytest.raises(UnprocessableEntityError):
        data = {"name": "Day 1"}
        sdk.folders.update(account, folder.id, data=data, request_options=options)


def test_an_invalid_query_is_unprocessable(sdk, account):
    with pytest.raises(UnprocessableEntityError):
        sdk.workspaces.index(account, page_size=101)


def test_a_wrong_token_is_unauthorized(base_url):
    with pytest.raises(UnauthorizedError) as raised:
        Checked(base_url, "wrong").users.show()
    assert raised.value.status_code == 401


def test_responses_have_rate_limit_headers(base_url):
    sdk = Checked(base_url, os.environ["FRAMEIO_TOKEN"])
    headers = sdk.plain.users.with_raw_response.show().headers
    assert headers["x-ratelimit-limit"] == "100"
