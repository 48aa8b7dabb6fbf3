"""Client of the SDK that validates every response.

The SDK builds its models without validating them. `Checked` calls a method of the SDK and then
validates the response with the model in pydantic's strict mode. The response must not have fields
or enum values that the model does not know, and the validated model must equal the SDK's.
"""

import datetime as dt
import inspect
import json
import re
import typing

import httpx
import pydantic
from frameio import Frameio
from frameio.core.api_error import ApiError
from frameio.core.pagination import SyncPager

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Recorder:
    """Records the last response, and all requests."""

    def __init__(self) -> None:
        self.last: httpx.Response | None = None
        self.requests: list[tuple[str, str]] = []

    def __call__(self, response: httpx.Response) -> None:
        response.read()
        self.last = response
        self.requests.append((response.request.method, response.request.url.path))


class Checked:
    """Client of the SDK that checks responses. Methods are called as usual: `sdk.files.show(…)`."""

    def __init__(self, base_url: str, token: str | typing.Callable[[], str]) -> None:
        self.recorder = Recorder()
        http = httpx.Client(timeout=20, event_hooks={"response": [self.recorder]})
        self.plain = Frameio(base_url=base_url, token=token, httpx_client=http)
        self.called: set[str] = set()

    def __getattr__(self, resource: str) -> "Resource":
        return Resource(self, resource)

    def check(self, model: pydantic.BaseModel) -> None:
        """Checks the SDK's model of the last response against its JSON."""
        assert self.recorder.last is not None
        check(model, self.recorder.last.content)

    def pages(self, pager: SyncPager) -> list[SyncPager]:
        """Returns all pages, and checks each of them."""
        pages = []
        for page in pager.iter_pages():
            self.check(page.response)
            pages.append(page)
        return pages


class Resource:
    def __init__(self, sdk: Checked, name: str) -> None:
        self._sdk = sdk
        self._name = name

    def __getattr__(self, name: str) -> typing.Callable[..., typing.Any]:
        method = getattr(getattr(self._sdk.plain, self._name), name)

        def call(*args: typing.Any, **kwargs: typing.Any) -> typing.Any:
            if "data" in kwargs:
                kwargs["data"] = parameters(method, kwargs["data"])
            self._sdk.called.add(f"{self._name}.{name}")
            try:
                result = method(*args, **kwargs)
            except ApiError as error:
                if isinstance(error.body, pydantic.BaseModel):
                    self._sdk.check(error.body)
                raise
            if result is None:
                assert self._sdk.recorder.last.status_code == 204
                assert self._sdk.recorder.last.content == b""
            else:
                self._sdk.check(result.response if isinstance(result, SyncPager) else result)
            return result

        return call


def parameters(method: typing.Callable[..., typing.Any], data: typing.Any) -> typing.Any:
    """Returns the SDK's model of a method's data, as users of the SDK create it."""
    if not isinstance(data, dict):
        return data
    annotation = inspect.signature(method).parameters["data"].annotation
    model = pydantic.TypeAdapter(annotation).validate_python(data, strict=True)
    assert unknown(model) == []
    return model


def check(model: pydantic.BaseModel, content: bytes) -> None:
    """Checks a model of the SDK against its JSON."""
    kind = type(model)
    lax = kind.model_validate_json(content)
    strict = kind.model_validate(dated(json.loads(content), lax), strict=True)
    assert unknown(strict) == []
    assert strict == model
    assert kind.model_validate(model.model_dump(), strict=True) == model


def dated(raw: typing.Any, lax: typing.Any) -> typing.Any:
    """Returns the JSON with a datetime where the model has one.

    The models inspect their input before validation, after which pydantic no longer treats it as
    JSON, and strict mode refuses texts for datetimes. Other values are unchanged.
    """
    if isinstance(lax, dt.datetime) and isinstance(raw, str):
        assert RFC_3339.fullmatch(raw), raw
        return lax
    if isinstance(lax, pydantic.BaseModel) and isinstance(raw, dict):
        fields = {field.alias or name: name for name, field in type(lax).model_fields.items()}
        return {
            key: dated(value, getattr(lax, fields[key])) if key in fields else value
            for key, value in raw.items()
        }
    if isinstance(lax, list) and isinstance(raw, list):
        return [dated(*pair) for pair in zip(raw, lax, strict=True)]
    return raw


# Fields of the document that are newer than the models of the SDK.
NEWER = {"GroupCommon": {"source"}}


def unknown(value: typing.Any, at: str = "") -> list[str]:
    """Returns unknown fields and enum values, which the models accept."""
    if isinstance(value, pydantic.BaseModel):
        extra = set(value.model_extra or {}) - NEWER.get(type(value).__name__, set())
        found = [f"{at}/{name}" for name in sorted(extra)]
        for name, field in type(value).model_fields.items():
            it = getattr(value, name)
            values = known_values(field.annotation)
            if values and it is not None and it not in values:
                found.append(f"{at}/{name}: {it}")
            found += unknown(it, f"{at}/{name}")
        return found
    if isinstance(value, list):
        return [it for i, item in enumerate(value) for it in unknown(item, f"{at}/{i}")]
    return []


def known_values(annotation: typing.Any) -> tuple[typing.Any, ...]:
    """Returns the values of an open enum, which the SDK declares as `Union[Literal[…], Any]`."""
    members = typing.get_args(annotation)
    if typing.Any not in members:
        return ()
    return tuple(
        value
        for member in members
        if typing.get_origin(member) is typing.Literal
        for value in typing.get_args(member)
    )


def methods() -> set[str]:
    """Returns all methods of the SDK, such as `files.show`."""
    client = Frameio(token="none")
    resources = {name for name, it in vars(Frameio).items() if isinstance(it, property)}
    return {
        f"{resource}.{name}"
        for resource in resources
        for name, it in vars(type(getattr(client, resource))).items()
        if inspect.isfunction(it) and not name.startswith("_")
    }
