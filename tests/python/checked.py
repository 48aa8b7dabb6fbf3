"""The SDK, with a look at everything that goes through it.

The SDK builds its models without validating them. `Checked` calls a method of it and then holds
the answer against the model: the JSON as it came has to pass the model in pydantic's strict mode,
has no field and no word of an enumeration that the model does not know, and gives what the SDK
gave.
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
    """Keeps the last answer that the SDK got, and what was asked."""

    def __init__(self) -> None:
        self.last: httpx.Response | None = None
        self.requests: list[tuple[str, str]] = []

    def __call__(self, response: httpx.Response) -> None:
        response.read()
        self.last = response
        self.requests.append((response.request.method, response.request.url.path))


class Checked:
    """A client of the SDK whose answers are checked; `sdk.files.show(…)` as without."""

    def __init__(self, base_url: str, token: str | typing.Callable[[], str]) -> None:
        self.recorder = Recorder()
        http = httpx.Client(timeout=20, event_hooks={"response": [self.recorder]})
        self.plain = Frameio(base_url=base_url, token=token, httpx_client=http)
        self.called: set[str] = set()

    def __getattr__(self, resource: str) -> "Resource":
        return Resource(self, resource)

    def check(self, model: pydantic.BaseModel) -> None:
        """Holds a model that the SDK made of the last answer against that."""
        assert self.recorder.last is not None
        check(model, self.recorder.last.content)

    def pages(self, pager: SyncPager) -> list[SyncPager]:
        """All pages, each checked."""
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
                answer = method(*args, **kwargs)
            except ApiError as error:
                if isinstance(error.body, pydantic.BaseModel):
                    self._sdk.check(error.body)
                raise
            if answer is None:
                assert self._sdk.recorder.last.status_code == 204
                assert self._sdk.recorder.last.content == b""
            else:
                self._sdk.check(answer.response if isinstance(answer, SyncPager) else answer)
            return answer

        return call


def parameters(method: typing.Callable[..., typing.Any], data: typing.Any) -> typing.Any:
    """The SDK's own model of what the method takes, as its users write it."""
    if not isinstance(data, dict):
        return data
    annotation = inspect.signature(method).parameters["data"].annotation
    model = pydantic.TypeAdapter(annotation).validate_python(data, strict=True)
    assert unknown(model) == []
    return model


def check(model: pydantic.BaseModel, content: bytes) -> None:
    """Holds a model that the SDK made against the JSON that it made it of."""
    kind = type(model)
    lax = kind.model_validate_json(content)
    strict = kind.model_validate(dated(json.loads(content), lax), strict=True)
    assert unknown(strict) == []
    assert strict == model
    assert kind.model_validate(model.model_dump(), strict=True) == model


def dated(raw: typing.Any, lax: typing.Any) -> typing.Any:
    """The JSON, with a datetime where the model has one.

    The models look into what they validate, and so lose that it was JSON: strict mode then takes
    no text for a datetime. All else stays as it came.
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


# Fields of the document that are younger than the models of the SDK.
YOUNGER = {"GroupCommon": {"source"}}


def unknown(value: typing.Any, at: str = "") -> list[str]:
    """The fields and the words that the models do not know, which pass them all the same."""
    if isinstance(value, pydantic.BaseModel):
        extra = set(value.model_extra or {}) - YOUNGER.get(type(value).__name__, set())
        found = [f"{at}/{name}" for name in sorted(extra)]
        for name, field in type(value).model_fields.items():
            it = getattr(value, name)
            words = known_words(field.annotation)
            if words and it is not None and it not in words:
                found.append(f"{at}/{name}: {it}")
            found += unknown(it, f"{at}/{name}")
        return found
    if isinstance(value, list):
        return [it for i, item in enumerate(value) for it in unknown(item, f"{at}/{i}")]
    return []


def known_words(annotation: typing.Any) -> tuple[typing.Any, ...]:
    """The words of an open enumeration, which the SDK writes `Union[Literal[…], Any]`."""
    members = typing.get_args(annotation)
    if typing.Any not in members:
        return ()
    return tuple(
        word
        for member in members
        if typing.get_origin(member) is typing.Literal
        for word in typing.get_args(member)
    )


def methods() -> set[str]:
    """All methods of the SDK, `files.show`."""
    client = Frameio(token="none")
    resources = {name for name, it in vars(Frameio).items() if isinstance(it, property)}
    return {
        f"{resource}.{name}"
        for resource in resources
        for name, it in vars(type(getattr(client, resource))).items()
        if inspect.isfunction(it) and not name.startswith("_")
    }
