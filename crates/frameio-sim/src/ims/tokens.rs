//! Endpoints for issued tokens: revocation, user info and validation.

use frameio_core::Body;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::client::authenticate;
use super::grants::Access;
use super::refusal::Refusal;
use super::scopes::{EMAIL, OPENID, PROFILE};
use super::vault::Gone;
use super::{Context, Request, adobe_id, bearer};
use crate::response::{Reply, empty};

/// Revokes a token. Revoking a refresh token revokes all access tokens of the same sign-in. An unknown
/// token counts as revoked.
pub(super) fn revoke(
    request: &Request<'_>,
    context: &mut Context<'_>,
) -> Result<Response<Body>, Refusal> {
    let credential = authenticate(request, context)?;
    let token = request.form.get("token");
    let token = token.ok_or_else(|| Refusal::invalid_request("'token' is missing in the form"))?;
    let grants = &mut context.ims.grants;
    let access = grants.access.get(token, request.now).map(|access| &access.grant);
    let refresh = grants.refresh.get(token, request.now);
    if let Ok(grant) = access.or(refresh) {
        if grant.client_id != credential.client_id() {
            return Err(Refusal::invalid_grant("the token was issued to another app"));
        }
        grants.access.remove(token);
        if let Some(refreshed) = grants.refresh.remove(token) {
            grants.access.retain(|access| access.grant.id != refreshed.id);
        }
    }
    Ok(empty(StatusCode::OK))
}

/// Returns the profile of the user, as far as the scopes of the bearer token permit.
pub(super) fn userinfo(
    request: &Request<'_>,
    context: &mut Context<'_>,
) -> Result<Response<Body>, Refusal> {
    let token = bearer(request.headers);
    let token = token.ok_or_else(|| Refusal::invalid_token("the bearer token is missing"))?;
    let access = context.ims.access(token, request.now).map_err(|gone| match gone {
        Gone::Expired => Refusal::invalid_token("the access token has expired"),
        Gone::Unknown => Refusal::invalid_token("the access token is unknown or revoked"),
    })?;
    let scopes = &access.grant.scopes;
    if !scopes.has(OPENID) {
        return Err(Refusal::insufficient_scope("the access token lacks the scope 'openid'"));
    }
    let mut info = json!({ "sub": adobe_id(access.user_id()) });
    if let Some(user) = context.user(access.user_id()) {
        if scopes.has(EMAIL) {
            info["email"] = user.email.into();
            info["email_verified"] = true.into();
        }
        if scopes.has(PROFILE) {
            let (given, family) = user.name.split_once(' ').unwrap_or((&user.name, ""));
            info["given_name"] = given.into();
            info["family_name"] = family.into();
            info["name"] = user.name.into();
        }
    }
    Ok(Reply::whole(StatusCode::OK, info).into_response())
}

/// Returns whether an access token is valid, and its claims.
///
/// The token is in a `Bearer` header, the form or the query.
pub(super) fn validate(
    request: &Request<'_>,
    context: &mut Context<'_>,
) -> Result<Response<Body>, Refusal> {
    let param = |name| request.form.get(name).or_else(|| request.query.get(name));
    let client_id =
        param("client_id").ok_or_else(|| Refusal::invalid_request("'client_id' is missing"))?;
    if context.ims.credential(client_id).is_none() {
        return Err(Refusal::invalid_client("no app has this 'client_id'"));
    }
    if param("type").is_some_and(|kind| kind != "access_token") {
        return Err(Refusal::invalid_request("'type' must be 'access_token'"));
    }
    let token = bearer(request.headers).or_else(|| param("token"));
    let token = token.ok_or_else(|| Refusal::invalid_request("'token' is missing"))?;
    let body = match context.ims.access(token, request.now) {
        Ok(access) if access.grant.client_id != client_id => invalid("invalid_client_id"),
        Ok(access) => valid(&access),
        Err(Gone::Expired) => invalid("expired"),
        Err(Gone::Unknown) => invalid("bad_signature"),
    };
    Ok(Reply::whole(StatusCode::OK, body).into_response())
}

fn valid(access: &Access) -> Value {
    json!({
        "valid": true,
        "expires_at": access.expires_at().as_millisecond().to_string(),
        "token": access.claims(),
    })
}

fn invalid(reason: &str) -> Value {
    json!({ "valid": false, "reason": reason })
}
