//! Authentication of apps.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use percent_encoding::percent_decode_str;

use super::credential::Credential;
use super::refusal::Refusal;
use super::{Context, Request};

/// Authenticates an app by its id, and by its secret if it has one.
///
/// Both are in a `Basic` header or in the form. An app without a secret can also send its id in the
/// query.
pub(super) fn authenticate(
    request: &Request<'_>,
    context: &Context<'_>,
) -> Result<Credential, Refusal> {
    let in_form = request.form.get("client_id").or_else(|| request.query.get("client_id"));
    let secret_in_form = request.form.get("client_secret");
    let (id, secret) = match basic(request)? {
        Some(_) if secret_in_form.is_some() => {
            let description = "the secret is both in the header and in the form";
            return Err(Refusal::invalid_request(description));
        }
        Some((id, _)) if in_form.is_some_and(|other| other != id) => {
            let description = "the header and 'client_id' have different ids";
            return Err(Refusal::invalid_request(description));
        }
        Some((id, secret)) => (id, Some(secret).filter(|secret| !secret.is_empty())),
        None => {
            let id = in_form.ok_or_else(|| Refusal::invalid_client("'client_id' is missing"))?;
            (id.to_owned(), secret_in_form.map(str::to_owned))
        }
    };
    let Some(credential) = context.ims.credential(&id) else {
        return Err(Refusal::invalid_client("no app has this 'client_id'"));
    };
    match secret {
        Some(secret) if credential.knows(&secret) => Ok(credential),
        None if credential.is_public() => Ok(credential),
        Some(_) if credential.is_public() => {
            Err(Refusal::invalid_client("the request has a secret, but this app has none"))
        }
        Some(_) => Err(Refusal::invalid_client("the secret is wrong")),
        None => Err(Refusal::invalid_client("the secret is missing")),
    }
}

/// Returns id and secret from the header, in which each is form-encoded before they are joined.
fn basic(request: &Request<'_>) -> Result<Option<(String, String)>, Refusal> {
    let header = request.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, value)) = header.and_then(|header| header.split_once(' ')) else {
        return Ok(None);
    };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let decoded = STANDARD.decode(value.trim()).ok().and_then(|text| String::from_utf8(text).ok());
    match decoded.as_deref().and_then(|text| text.split_once(':')) {
        Some((id, secret)) => Ok(Some((decode(id), decode(secret)))),
        None => Err(Refusal::invalid_client("the header is not 'Basic base64(id:secret)'")),
    }
}
