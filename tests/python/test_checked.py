"""Tests of the response checks."""

import json

import pydantic
import pytest
from checked import check, unknown
from frameio.core.unchecked_base_model import construct_type
from frameio.types.file_upload_status_response import FileUploadStatusResponse
from frameio.types.update_account_roles_response import UpdateAccountRolesResponse

STATUS = {
    "id": "5c4f8ce7-43ad-4aef-9f2e-47646f2128ec",
    "filetype": "video/mp4",
    "upload_complete": True,
    "upload_completed_at": "2026-03-01T12:00:00.5Z",
    "upload_failed": False,
    "uploaded_at": None,
}


def response(status):
    """Returns the SDK's unvalidated model of a response, and the response."""
    body = {"data": status}
    model = construct_type(type_=FileUploadStatusResponse, object_=body)
    return model, json.dumps(body).encode()


def test_accepts_a_valid_response():
    check(*response(STATUS))


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": None},
        {"id": 7},
        {"upload_complete": "true"},
        {"upload_complete": 1},
        {"upload_completed_at": "yesterday"},
        {"upload_completed_at": 1_772_366_400},
    ],
    ids=str,
)
def test_refuses_a_wrong_type(wrong):
    with pytest.raises(pydantic.ValidationError):
        check(*response(STATUS | wrong))


def test_refuses_a_missing_field():
    with pytest.raises(pydantic.ValidationError):
        check(*response({name: it for name, it in STATUS.items() if name != "id"}))


def test_refuses_an_unknown_field():
    with pytest.raises(AssertionError):
        check(*response(STATUS | {"colour": "red"}))


def test_refuses_an_unknown_enum_value():
    body = {"data": {"role": "emperor"}}
    model = construct_type(type_=UpdateAccountRolesResponse, object_=body)
    assert unknown(model) == ["/data/role: emperor"]
    with pytest.raises(AssertionError):
        check(model, json.dumps(body).encode())


@pytest.mark.parametrize("at", ["2026-03-01T12:00:00", "2026-03-01 12:00:00Z", "2026-03-01"])
def test_refuses_another_datetime_format(at):
    with pytest.raises(AssertionError):
        check(*response(STATUS | {"upload_completed_at": at}))
