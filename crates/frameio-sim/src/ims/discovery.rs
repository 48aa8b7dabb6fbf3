//! Discovery endpoints.

use frameio_core::Body;
use http::{Response, StatusCode};
use serde_json::json;

use super::scopes::{OF_SERVERS, OF_USERS};
use crate::response::Reply;

/// Returns the OpenID configuration.
pub(super) fn configuration(base: &str) -> Response<Body> {
    let at = |path: &str| format!("{base}/ims/{path}");
    let mut scopes = [OF_SERVERS, OF_USERS].concat();
    scopes.sort_unstable();
    scopes.dedup();
    let body = json!({
        "issuer": base,
        "authorization_endpoint": at("authorize/v2"),
        "token_endpoint": at("token/v3"),
        "userinfo_endpoint": at("userinfo/v2"),
        "revocation_endpoint": at("revoke"),
        "jwks_uri": at("keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "scopes_supported": scopes,
        "claims_supported": ["sub", "email", "email_verified", "name", "given_name", "family_name"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    Reply::whole(StatusCode::OK, body).into_response()
}

/// Returns an empty key set, because clients cannot verify access tokens and there are no other tokens.
pub(super) fn keys() -> Response<Body> {
    Reply::whole(StatusCode::OK, json!({ "keys": [] })).into_response()
}
