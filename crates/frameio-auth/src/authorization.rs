//! The authorization of a user: the URL of the sign-in page, and the callback.

use std::fmt;

use form_urlencoded::{Serializer as Query, parse};
use frameio_core::Secret;
use serde::{Deserialize, Deserializer, Serialize};

use super::credential::Credential;
use super::error::{Error, ErrorKind};
use super::redact::redact;
use super::{pkce, token_response};

/// Maximum length of a callback in bytes.
const MAX_CALLBACK: usize = 64 << 10;

/// A started sign-in of a user: the URL of the sign-in page, and the secrets to verify the callback.
///
/// Created by [`Ims::authorization`](super::Ims::authorization). A web app stores it in the session of
/// the browser between the two requests. Serializing writes the secrets, so encrypt a session that is
/// stored in a cookie. `Debug` does not show them.
///
/// ```
/// use frameio::auth::{Credential, Ims};
///
/// let ims = Ims::new(Credential::single_page("my-app", "https://app.example/callback"))?;
/// let authorization = ims.authorization()?;
/// assert!(authorization.url().starts_with("https://ims-na1.adobelogin.com/ims/authorize/v2?"));
/// let error = authorization.finish("https://app.example/callback?code=c&state=other").unwrap_err();
/// assert_eq!(error.kind(), frameio::auth::ErrorKind::State);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct Authorization {
    url: String,
    #[serde(deserialize_with = "read_state")]
    state: Secret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verifier: Option<Secret>,
}

/// Code of a verified callback, for [`Ims::exchange`](super::Ims::exchange). It can be used once,
/// within a few minutes.
pub struct AuthorizationCode {
    pub(super) code: Secret,
    pub(super) verifier: Option<Secret>,
}

impl Authorization {
    pub(super) fn new(base: &str, credential: &Credential) -> Result<Self, Error> {
        let Some(redirect_uri) = &credential.redirect_uri else {
            let message = "a server-to-server credential cannot sign in a user";
            return Err(Error::new(ErrorKind::Config, message));
        };
        let state = pkce::random()?;
        let verifier = credential.is_public().then(pkce::random).transpose()?;
        let start = format!("{base}/ims/authorize/v2?");
        let mut url = Query::for_suffix(start.clone(), start.len());
        url.append_pair("client_id", &credential.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &credential.scope())
            .append_pair("response_type", "code")
            .append_pair("state", state.expose());
        if let Some(verifier) = &verifier {
            url.append_pair("code_challenge", &pkce::challenge(verifier.expose()))
                .append_pair("code_challenge_method", "S256");
        }
        Ok(Self { url: url.finish(), state, verifier })
    }

    /// Returns the URL of the sign-in page. Do not log it: it contains the state.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns whether a callback has the state of this authorization.
    pub(super) fn is_mine(&self, callback: &str) -> bool {
        let state = Callback::read(callback).ok().and_then(|callback| callback.state);
        state.is_some_and(|state| Secret::from(state) == self.state)
    }

    /// Verifies a callback and returns its code. `callback` is the URL that the browser was redirected
    /// to, or its query.
    ///
    /// # Errors
    /// - [`State`](ErrorKind::State) if the callback belongs to another sign-in
    /// - [`Denied`](ErrorKind::Denied) if the user or an administrator denied access
    /// - [`Callback`](ErrorKind::Callback) if the callback is malformed
    /// - the kind of any other error that the service reports
    pub fn finish(&self, callback: &str) -> Result<AuthorizationCode, Error> {
        let callback = Callback::read(callback)?;
        let same = |state: &str| Secret::from(state) == self.state;
        match (&callback.state, &callback.error) {
            (Some(state), _) if !same(state) => {
                Err(Error::new(ErrorKind::State, "its `state` does not match"))
            }
            // An error without a state grants nothing, so it needs no verification.
            (_, Some(error)) => Err(token_response::refused(
                error,
                callback.description.as_deref().unwrap_or_default(),
                &[self.state.expose()],
            )),
            (None, None) => Err(Error::new(ErrorKind::State, "it has no `state`")),
            (Some(_), None) => match callback.code {
                Some(code) => {
                    Ok(AuthorizationCode { code: code.into(), verifier: self.verifier.clone() })
                }
                None => Err(Error::new(ErrorKind::Callback, "neither `code` nor `error`")),
            },
        }
    }
}

#[derive(Default)]
struct Callback {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    description: Option<String>,
}

impl Callback {
    fn read(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_CALLBACK {
            let message = format!("longer than {MAX_CALLBACK} bytes");
            return Err(Error::new(ErrorKind::Callback, message));
        }
        let text = text.trim();
        let text = text.split_once('#').map_or(text, |(before, _)| before);
        let query = text.split_once('?').map_or(text, |(_, query)| query);
        let mut callback = Self::default();
        for (name, value) in parse(query.as_bytes()) {
            let (name, field) = match &*name {
                "code" => ("code", &mut callback.code),
                "state" => ("state", &mut callback.state),
                "error" => ("error", &mut callback.error),
                "error_description" => ("error_description", &mut callback.description),
                _ => continue,
            };
            if field.is_some() {
                return Err(Error::new(ErrorKind::Callback, format!("duplicate `{name}`")));
            }
            // A parameter without a value counts as missing.
            *field = (!value.is_empty()).then(|| value.into_owned());
        }
        Ok(callback)
    }
}

fn read_state<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    let state = Secret::deserialize(deserializer)?;
    if state.expose().is_empty() {
        return Err(serde::de::Error::custom("the state is empty"));
    }
    Ok(state)
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = redact(&self.url, &[self.state.expose()]);
        f.debug_struct("Authorization").field("url", &url).finish_non_exhaustive()
    }
}

impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationCode").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn authorization() -> Authorization {
        let credential = Credential::native("app", "adobe+0a1b://adobeid/app").scopes(["a", "b c"]);
        Authorization::new("https://ims.example", &credential).unwrap()
    }

    fn finish(authorization: &Authorization, query: &str) -> Result<String, ErrorKind> {
        let query = query.replace("STATE", authorization.state.expose());
        let code = authorization.finish(&query).map_err(|error| error.kind())?;
        Ok(code.code.expose().to_owned())
    }

    #[test]
    fn the_url_has_all_parameters() {
        let authorization = authorization();
        let (start, query) = authorization.url().split_once('?').unwrap();
        assert_eq!(start, "https://ims.example/ims/authorize/v2");
        let params: Vec<_> = parse(query.as_bytes()).into_owned().collect();
        let verifier = authorization.verifier.as_ref().unwrap();
        let expected = [
            ("client_id", "app"),
            ("redirect_uri", "adobe+0a1b://adobeid/app"),
            ("scope", "a b c"),
            ("response_type", "code"),
            ("state", authorization.state.expose()),
            ("code_challenge", &pkce::challenge(verifier.expose())),
            ("code_challenge_method", "S256"),
        ];
        assert_eq!(params, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let web = Credential::web("app", "secret", "https://app.example/");
        let web = Authorization::new("https://ims.example", &web).unwrap();
        assert!(web.verifier.is_none() && !web.url().contains("challenge"));
        assert!(!web.url().contains("secret"));
    }

    #[test]
    fn reads_and_verifies_callbacks() {
        let authorization = authorization();
        for good in [
            "code=c&state=STATE",
            "?state=STATE&code=c",
            "/callback?code=c&state=STATE",
            "https://app.example/callback?x=1&code=c&state=STATE#fragment",
            "  adobe+0a1b://adobeid/app?code=c&state=STATE\n",
        ] {
            assert_eq!(finish(&authorization, good), Ok("c".to_owned()), "{good}");
        }
        for (bad, kind) in [
            ("code=c", ErrorKind::State),
            ("code=c&state=", ErrorKind::State),
            ("code=c&state=STATEx", ErrorKind::State),
            ("code=c&state=x", ErrorKind::State),
            ("error=access_denied&state=x", ErrorKind::State),
            ("error=access_denied", ErrorKind::Denied),
            ("error=access_denied&state=STATE&code=c", ErrorKind::Denied),
            ("error=invalid_scope&state=STATE", ErrorKind::Scope),
            ("error=unauthorized_client&state=STATE", ErrorKind::Credential),
            ("error=server_error&state=STATE", ErrorKind::Server),
            ("error=temporarily_unavailable&state=STATE", ErrorKind::Server),
            ("error=something&state=STATE", ErrorKind::Refused),
            ("state=STATE", ErrorKind::Callback),
            ("code=&state=STATE", ErrorKind::Callback),
            ("code=c&code=d&state=STATE", ErrorKind::Callback),
            ("code=c&state=STATE&state=STATE", ErrorKind::Callback),
            ("", ErrorKind::State),
        ] {
            assert_eq!(finish(&authorization, bad), Err(kind), "{bad}");
        }
        assert_eq!(finish(&authorization, &"x".repeat(MAX_CALLBACK + 1)), Err(ErrorKind::Callback));
    }

    #[test]
    fn serializes_for_the_second_request_and_hides_its_secrets_in_debug() {
        let authorization = authorization();
        let json = serde_json::to_string(&authorization).unwrap();
        let kept: Authorization = serde_json::from_str(&json).unwrap();
        assert_eq!(kept.url(), authorization.url());
        let code = kept.finish(&format!("code=c&state={}", authorization.state.expose())).unwrap();
        let verifier =
            |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
        assert_eq!(verifier(&code.verifier), verifier(&authorization.verifier));
        let shown = format!("{authorization:?} {authorization:#?} {code:?}");
        assert!(!shown.contains(authorization.state.expose()), "{shown}");
        assert!(!shown.contains(&verifier(&code.verifier).unwrap()), "{shown}");
        assert!(serde_json::from_str::<Authorization>(r#"{"url":"","state":""}"#).is_err());
    }

    proptest! {
        #[test]
        fn only_the_right_state_gives_a_code(query in "\\PC{0,80}") {
            prop_assert!(authorization().finish(&query).is_err());
        }

        #[test]
        fn decodes_any_code(code in "\\PC{1,60}", other in "\\PC{0,20}") {
            let authorization = authorization();
            let query = Query::new(String::new())
                .append_pair("code", &code)
                .append_pair("x", &other)
                .append_pair("state", authorization.state.expose())
                .finish();
            for callback in [query.clone(), format!("https://app.example/cb?{query}#x?y")] {
                prop_assert_eq!(finish(&authorization, &callback), Ok(code.clone()));
            }
        }

        #[test]
        fn a_changed_state_gives_no_code(at in 0_usize..43, change in "[A-Za-z0-9_-]") {
            let authorization = authorization();
            let mut state = authorization.state.expose().to_owned();
            prop_assume!(state[at..=at] != change);
            state.replace_range(at..=at, &change);
            let result = finish(&authorization, &format!("code=c&state={state}"));
            prop_assert_eq!(result, Err(ErrorKind::State));
        }
    }
}
