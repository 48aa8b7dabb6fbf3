//! Token endpoint: issues tokens for a code, a refresh token, or the secret of a server.

use frameio_core::Body;
use http::{Response, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::client::authenticate;
use super::credential::{Credential, Kind};
use super::grants::{Access, Code, Grant};
use super::refusal::Refusal;
use super::scopes::{OFFLINE, Scopes};
use super::vault::Gone;
use super::{Context, Ims, Request, SERVICE_DOMAIN, adobe_id, jwt};
use crate::response::Reply;
use crate::state::{User, add_user};

pub(super) fn token(
    request: &Request<'_>,
    context: &mut Context<'_>,
) -> Result<Response<Body>, Refusal> {
    let credential = &authenticate(request, context)?;
    match required(request, "grant_type")? {
        "client_credentials" => client_credentials(request, context, credential),
        "authorization_code" => authorization_code(request, context, credential),
        "refresh_token" => refresh_token(request, context, credential),
        other => {
            let description = format!("unknown 'grant_type' '{other}'");
            Err(Refusal::unsupported_grant_type(description))
        }
    }
}

fn client_credentials(
    request: &Request<'_>,
    context: &mut Context<'_>,
    credential: &Credential,
) -> Result<Response<Body>, Refusal> {
    if credential.kind != Kind::ServerToServer {
        let description = "'client_credentials' requires a server-to-server credential";
        return Err(Refusal::unauthorized_client(description));
    }
    let grant = Grant {
        id: Uuid::new_v4(),
        client_id: credential.client_id().to_owned(),
        user_id: service_account(request, context, credential),
        scopes: Scopes::parse(request.form.get("scope"), credential.scopes())?,
    };
    Ok(give(request, context.ims, credential, grant, None))
}

/// Returns the service account of a server. It is added to the demo account as an admin on first use.
fn service_account(
    request: &Request<'_>,
    context: &mut Context<'_>,
    credential: &Credential,
) -> String {
    let email = format!("{}{SERVICE_DOMAIN}", credential.client_id());
    let state = &mut *context.state;
    if let Some(known) = state.users.values().find(|user| user.text("email") == email) {
        return known.id().to_owned();
    }
    let user = User::admin("Service Account User", email);
    let (id, token) = add_user(state, context.account, user, request.now);
    context.tokens.push(token);
    id
}

fn authorization_code(
    request: &Request<'_>,
    context: &mut Context<'_>,
    credential: &Credential,
) -> Result<Response<Body>, Refusal> {
    if credential.kind == Kind::ServerToServer {
        return Err(Refusal::unauthorized_client("a server cannot exchange codes"));
    }
    let text = required(request, "code")?;
    let grants = &mut context.ims.grants;
    let code = grants.codes.get(text, request.now).map_err(|gone| match gone {
        Gone::Expired => Refusal::invalid_grant("the code has expired"),
        Gone::Unknown => Refusal::invalid_grant("the code is unknown or already used"),
    })?;
    if code.grant.client_id != credential.client_id() {
        return Err(Refusal::invalid_grant("the code was issued to another app"));
    }
    let code = code.clone();
    // A code is valid for one attempt, successful or not.
    grants.codes.remove(text);
    if request.form.get("redirect_uri").is_some_and(|uri| uri != code.redirect_uri) {
        let description = "'redirect_uri' differs from that of the authorization";
        return Err(Refusal::invalid_grant(description));
    }
    check_verifier(request, &code)?;
    let mut grant = code.grant;
    grant.scopes = grant.scopes.narrowed(request.form.get("scope"))?;
    let refreshed = grant.scopes.has(OFFLINE).then(|| grant.clone());
    Ok(give(request, context.ims, credential, grant, refreshed))
}

fn check_verifier(request: &Request<'_>, code: &Code) -> Result<(), Refusal> {
    match (&code.challenge, request.form.get("code_verifier")) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(Refusal::invalid_request("'code_verifier' is missing")),
        (None, Some(_)) => {
            let description = "'code_verifier' without a 'code_challenge' in the authorization";
            Err(Refusal::invalid_grant(description))
        }
        (Some(challenge), Some(verifier)) => {
            let in_alphabet = |c: u8| c.is_ascii_alphanumeric() || b"-._~".contains(&c);
            if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(in_alphabet) {
                let description =
                    "'code_verifier' must be 43 to 128 letters, digits, '-', '.', '_' or '~'";
                Err(Refusal::invalid_request(description))
            } else if jwt::challenge(verifier) == *challenge {
                Ok(())
            } else {
                let description = "'code_verifier' does not match the 'code_challenge'";
                Err(Refusal::invalid_grant(description))
            }
        }
    }
}

fn refresh_token(
    request: &Request<'_>,
    context: &mut Context<'_>,
    credential: &Credential,
) -> Result<Response<Body>, Refusal> {
    if credential.kind == Kind::ServerToServer {
        return Err(Refusal::unauthorized_client("a server has no refresh tokens"));
    }
    let token = required(request, "refresh_token")?;
    let grants = &mut context.ims.grants;
    let refreshed = grants.refresh.get(token, request.now).map_err(|gone| match gone {
        Gone::Expired => Refusal::invalid_grant("the refresh token has expired"),
        Gone::Unknown => {
            let description = "the refresh token is unknown, already used or revoked";
            Refusal::invalid_grant(description)
        }
    })?;
    if refreshed.client_id != credential.client_id() {
        return Err(Refusal::invalid_grant("the refresh token was issued to another app"));
    }
    let refreshed = refreshed.clone();
    let scopes = refreshed.scopes.narrowed(request.form.get("scope"))?;
    grants.refresh.remove(token);
    let grant = Grant { scopes, ..refreshed.clone() };
    Ok(give(request, context.ims, credential, grant, Some(refreshed)))
}

/// Issues an access token for `grant`, and a refresh token for `refreshed`.
fn give(
    request: &Request<'_>,
    ims: &mut Ims,
    credential: &Credential,
    grant: Grant,
    refreshed: Option<Grant>,
) -> Response<Body> {
    let Ims { settings, grants, .. } = ims;
    let life = settings.access_token_life;
    let user = (credential.kind != Kind::ServerToServer).then(|| adobe_id(&grant.user_id));
    let access = Access::new(grant, credential.kind, request.now, life);
    let mut body = json!({
        "access_token": grants.give_access(access),
        "token_type": "bearer",
        "expires_in": life.as_secs(),
    });
    if let Some(user) = user {
        body["sub"] = user.into();
    }
    if let Some(grant) = refreshed {
        body["refresh_token"] = grants.give_refresh(grant, request.now).into();
    }
    Reply::whole(StatusCode::OK, body).into_response()
}

fn required<'r>(request: &'r Request<'_>, name: &str) -> Result<&'r str, Refusal> {
    let given = request.form.get(name);
    given.ok_or_else(|| Refusal::invalid_request(format!("'{name}' is missing in the form")))
}
