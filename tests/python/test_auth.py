"""Sign-in flows of the SDK with the simulator's IMS and its demo credentials."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from checked import Checked
from frameio.auth import (
    AuthenticationError,
    FrameioAuthError,
    ServerToServerAuth,
    SPAAuth,
    WebAppAuth,
)
from frameio.errors import UnauthorizedError

REDIRECT = "http://127.0.0.1:8080/callback"


def approve(url: str) -> dict[str, str]:
    """Opens the URL like a browser; returns the parameters of the redirect to the app."""
    response = httpx.get(url)
    assert response.status_code == 302
    location = response.headers["location"]
    assert location.startswith(REDIRECT)
    return {name: value for name, [value] in parse_qs(urlsplit(location).query).items()}


@pytest.fixture
def web(base_url, sim):
    credentials = sim.credentials
    return WebAppAuth(
        client_id=credentials["web"],
        client_secret=credentials["secret"],
        redirect_uri=REDIRECT,
        ims_base_url=base_url,
    )


def test_server_to_server(base_url, sim):
    credentials = sim.credentials
    auth = ServerToServerAuth(
        client_id=credentials["server_to_server"],
        client_secret=credentials["secret"],
        ims_base_url=base_url,
    )
    tokens = auth.authenticate()
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 86_399)
    sdk = Checked(base_url, auth.get_token)
    me = sdk.users.show().data
    assert (me.name, me.id == sim.user_id) == ("Service Account User", False)
    token = auth.get_token()
    auth.revoke()
    with pytest.raises(UnauthorizedError):
        Checked(base_url, token).users.show()


def test_refuses_a_wrong_secret(base_url, sim):
    auth = ServerToServerAuth(
        client_id=sim.credentials["server_to_server"],
        client_secret="wrong",
        ims_base_url=base_url,
    )
    with pytest.raises(AuthenticationError) as raised:
        auth.authenticate()
    assert raised.value.error_code == "invalid_client"


def test_a_web_app(base_url, sim, web):
    redirect = approve(web.get_authorization_url(state="st4te"))
    assert redirect["state"] == "st4te"
    first = web.exchange_code(redirect["code"])
    sdk = Checked(base_url, web.get_token)
    assert sdk.users.show().data.id == sim.user_id
    second = web.refresh()
    assert second["refresh_token"] != first["refresh_token"]
    assert sdk.users.show().data.id == sim.user_id
    token = web.get_token()
    web.revoke()
    with pytest.raises(UnauthorizedError):
        Checked(base_url, token).users.show()


def test_a_code_is_valid_once(web):
    code = approve(web.get_authorization_url(state="st4te"))["code"]
    web.exchange_code(code)
    with pytest.raises(FrameioAuthError):
        web.exchange_code(code)


def test_a_single_page_app(base_url, sim):
    auth = SPAAuth(
        client_id=sim.credentials["single_page"], redirect_uri=REDIRECT, ims_base_url=base_url
    )
    authorization = auth.get_authorization_url(state="st4te")
    code = approve(authorization.url)["code"]
    auth.exchange_code(code, authorization.code_verifier)
    assert Checked(base_url, auth.get_token).users.show().data.id == sim.user_id
    auth.refresh()
    assert Checked(base_url, auth.get_token).users.show().data.id == sim.user_id
