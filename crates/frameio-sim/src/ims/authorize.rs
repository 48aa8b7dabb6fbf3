//! Authorization endpoint: a user approves or denies an app.

use form_urlencoded::Serializer;
use frameio_core::Body;
use http::header::{HeaderValue, LOCATION};
use http::{Response, StatusCode};
use uuid::Uuid;

use super::credential::{Credential, Kind};
use super::form::Form;
use super::grants::{Code, Grant};
use super::page::{self, DENY, USER};
use super::refusal::Refusal;
use super::scopes::{ADOBE_ID, Scopes};
use super::{Context, Request};
use crate::response::empty;

/// Length of a SHA-256 digest in base64 without padding.
const CHALLENGE: usize = 43;

/// Redirects with a code or an error, or shows the login page. An error page is shown when the app or
/// its redirect URI is unknown.
pub(super) fn authorize(request: &Request<'_>, context: &mut Context<'_>) -> Response<Body> {
    // The buttons of the login page post all parameters.
    let params = if request.form.iter().next().is_some() { &request.form } else { &request.query };
    let (credential, redirect_uri) = match app(context, params) {
        Ok(app) => app,
        Err(description) => return page::error(description),
    };
    let result = match decide(context, params, &credential, &redirect_uri) {
        Ok(Decision::ShowPage) => return page::login(params, &context.people()),
        Ok(Decision::Granted(code)) => Ok(context.ims.grants.give_code(code, request.now)),
        Err(refusal) => Err(refusal),
    };
    let start = redirect_uri.find('?').map_or(redirect_uri.len() + 1, |at| at + 1);
    let separator = if redirect_uri.contains('?') { "" } else { "?" };
    let mut location = Serializer::for_suffix(format!("{redirect_uri}{separator}"), start);
    match &result {
        Ok(code) => location.append_pair("code", code),
        Err(refusal) => location
            .append_pair("error", refusal.error)
            .append_pair("error_description", &refusal.description),
    };
    if let Some(state) = params.get("state") {
        location.append_pair("state", state);
    }
    match HeaderValue::try_from(location.finish()) {
        Ok(location) => {
            let mut response = empty(StatusCode::FOUND);
            response.headers_mut().insert(LOCATION, location);
            response
        }
        Err(_) => page::error("The redirect URI is not a valid header value."),
    }
}

/// Returns the app and its redirect URI.
fn app(context: &Context<'_>, params: &Form) -> Result<(Credential, String), &'static str> {
    let id = params.get("client_id").ok_or("The parameter client_id is missing.")?;
    let credential = context.ims.credential(id).ok_or("No app has this client_id.")?;
    if credential.kind == Kind::ServerToServer {
        return Err("This app is a server: it gets its token from /ims/token/v3.");
    }
    let redirect_uri = credential.redirect_for(params.get("redirect_uri"));
    Ok((credential, redirect_uri.ok_or("No redirect URI is registered for this app.")?))
}

enum Decision {
    Granted(Code),
    ShowPage,
}

fn decide(
    context: &Context<'_>,
    params: &Form,
    credential: &Credential,
    redirect_uri: &str,
) -> Result<Decision, Refusal> {
    if params.get("response_type") != Some("code") {
        let description = "'response_type' must be 'code'";
        return Err(Refusal::unsupported_response_type(description));
    }
    let mut scopes = Scopes::parse(params.get("scope"), credential.scopes())?;
    // The service always adds this scope.
    scopes.add(ADOBE_ID);
    let challenge = challenge(params, credential)?;
    if params.get(DENY).is_some() {
        return Err(Refusal::access_denied("the user denied the app"));
    }
    let user = match params.get(USER) {
        Some(id) => context.people().into_iter().find(|user| user.id == id),
        None if context.ims.settings.login_page => return Ok(Decision::ShowPage),
        None => context.people().into_iter().next(),
    };
    let user = user.ok_or_else(|| Refusal::access_denied("no such user"))?;
    Ok(Decision::Granted(Code {
        grant: Grant {
            id: Uuid::new_v4(),
            client_id: credential.client_id().to_owned(),
            user_id: user.id,
            scopes,
        },
        redirect_uri: redirect_uri.to_owned(),
        challenge,
    }))
}

fn challenge(params: &Form, credential: &Credential) -> Result<Option<String>, Refusal> {
    let method = params.get("code_challenge_method");
    let Some(challenge) = params.get("code_challenge") else {
        return match method {
            None if !credential.is_public() => Ok(None),
            _ => Err(Refusal::invalid_request("'code_challenge' is missing")),
        };
    };
    let in_alphabet = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    if method != Some("S256") {
        Err(Refusal::invalid_request("'code_challenge_method' must be 'S256'"))
    } else if challenge.len() != CHALLENGE || !challenge.bytes().all(in_alphabet) {
        Err(Refusal::invalid_request("'code_challenge' is not a SHA-256 digest in base64url"))
    } else {
        Ok(Some(challenge.to_owned()))
    }
}
