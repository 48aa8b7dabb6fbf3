//! Explains why the API refused a token.

use std::fmt;

use frameio_tower::Token;
use http::StatusCode;
use jiff::Timestamp;

use super::claims::Claims;
use super::credential::{ADOBE_ID, ROLES, SERVER};

/// Prefix of legacy developer tokens.
const LEGACY_PREFIX: &str = "fio-u-";

/// Reason why the API responded with 401, as far as the claims of the token show it.
///
/// `Display` writes one line with the reason and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnauthorizedReason {
    /// The token has expired.
    Expired {
        /// Time of the expiry.
        at: Timestamp,
    },
    /// The token lacks a scope that the API requires.
    MissingScope {
        /// Missing scope.
        scope: &'static str,
    },
    /// The token is from another environment of IMS, such as staging.
    OtherEnvironment {
        /// Issuer in the claims, such as `ims-na1-stg1`.
        issuer: String,
    },
    /// The token is not an access token but, for example, a refresh token.
    NotAnAccessToken {
        /// Type in the claims, such as `refresh_token`.
        kind: String,
    },
    /// The token is a legacy developer token. It was sent without its header, or the account no longer
    /// accepts legacy tokens.
    LegacyToken,
    /// The token of a session was refused, and so was its refresh token: the user has to sign in again.
    SignInEnded,
    /// The token has the format of neither IMS nor legacy tokens.
    Unknown,
    /// The claims of the token are valid. Most likely the user is not connected to Adobe sign-in, the
    /// account is not in the Adobe Admin Console, or the token was revoked.
    NotConnected {
        /// Whether the token is from a server-to-server credential.
        server: bool,
    },
}

/// Explains why the API refused `token` with 401 at `now`; `None` for any other status.
///
/// The claims of the token are read without verification. Use the result in messages only, never for
/// access decisions.
///
/// ```
/// # async fn show(client: frameio::Client, token: frameio::layers::Token) {
/// use frameio::{auth, users::ShowCurrentUser};
///
/// if let Err(error) = client.send(ShowCurrentUser::new()).await {
///     println!("{error}");
///     if let Some(reason) = auth::explain(error.status(), &token, jiff::Timestamp::now()) {
///         println!("{reason}");
///     }
/// }
/// # }
/// ```
pub fn explain(
    status: Option<StatusCode>,
    token: &Token,
    now: Timestamp,
) -> Option<UnauthorizedReason> {
    (status == Some(StatusCode::UNAUTHORIZED)).then(|| reason(token.expose(), now))
}

fn reason(token: &str, now: Timestamp) -> UnauthorizedReason {
    if token.starts_with(LEGACY_PREFIX) {
        return UnauthorizedReason::LegacyToken;
    }
    let Some(claims) = Claims::unverified(token) else { return UnauthorizedReason::Unknown };
    if let Some(kind) = claims.kind.as_ref().filter(|kind| *kind != "access_token") {
        return UnauthorizedReason::NotAnAccessToken { kind: shortened(kind) };
    }
    if let Some(issuer) = claims.issuer.as_ref().filter(|issuer| issuer.contains("-stg")) {
        return UnauthorizedReason::OtherEnvironment { issuer: shortened(issuer) };
    }
    if let Some(at) = claims.expires_at().filter(|at| *at <= now) {
        return UnauthorizedReason::Expired { at };
    }
    let server = claims.has_scope(SERVER);
    let required: &[&'static str] = if server { &[ADOBE_ID] } else { &[ROLES, ADOBE_ID] };
    match required.iter().find(|scope| !claims.has_scope(scope)) {
        Some(scope) => UnauthorizedReason::MissingScope { scope },
        None => UnauthorizedReason::NotConnected { server },
    }
}

/// Redacts and shortens a claim, which is not verified and may contain anything.
fn shortened(claim: &str) -> String {
    super::redact::redact(claim, &[]).chars().take(40).collect()
}

impl fmt::Display for UnauthorizedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired { at } => {
                write!(f, "the token expired at {at}: refresh it or sign in again")
            }
            Self::MissingScope { scope } if *scope == ROLES => write!(
                f,
                "the token lacks the scope `{ROLES}` (or `{SERVER}` for a server): request it and \
                 sign in again"
            ),
            Self::MissingScope { scope } => write!(
                f,
                "the token lacks the scope `{scope}`: sign in again, without sending scopes when \
                 the code is exchanged"
            ),
            Self::OtherEnvironment { issuer } => {
                write!(f, "the token is from `{issuer}`: sign in at the production environment")
            }
            Self::NotAnAccessToken { kind } => {
                write!(f, "the token is a `{kind}`: send the access token")
            }
            Self::LegacyToken => f.write_str(
                "the legacy developer token is not valid, or the account is in the Adobe Admin \
                 Console, which accepts none",
            ),
            Self::SignInEnded => f.write_str(
                "the sign-in has ended, because its refresh token was refused too: sign in again",
            ),
            Self::Unknown => f.write_str(
                "the token has the format of neither an Adobe IMS token nor a developer token \
                 (`fio-u-…`): check that it is complete",
            ),
            Self::NotConnected { server: true } => f.write_str(
                "the token is well-formed: check that the account is in the Adobe Admin Console, \
                 that the project has the product Frame.io S2S API, and that the token is not \
                 revoked",
            ),
            Self::NotConnected { server: false } => f.write_str(
                "the token is well-formed: check that the user is connected to Adobe sign-in in \
                 the settings of Frame.io, that the account is in the Adobe Admin Console, and \
                 that the token is not revoked",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn distinguishes_the_reasons_by_the_claims() {
        let jwt = |changes: &[(&str, &str)]| {
            let mut claims = serde_json::json!({
                "type": "access_token",
                "as": "ims-na1",
                "scope": "AdobeID,openid,additional_info.roles",
                "created_at": "1000000",
                "expires_in": "3600000",
            });
            for (name, value) in changes {
                claims[*name] = (*value).into();
            }
            format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
        };
        let at = Timestamp::from_second(4600).unwrap();
        let now = Timestamp::from_second(2000).unwrap();
        use UnauthorizedReason::{
            Expired, LegacyToken, MissingScope, NotAnAccessToken, NotConnected, OtherEnvironment,
            Unknown,
        };
        for (token, now, expected) in [
            (jwt(&[]), now, NotConnected { server: false }),
            (jwt(&[("scope", "AdobeID frame.s2s.all")]), now, NotConnected { server: true }),
            (jwt(&[]), at, Expired { at }),
            (jwt(&[("scope", "openid,AdobeID")]), now, MissingScope { scope: ROLES }),
            (jwt(&[("scope", ROLES)]), now, MissingScope { scope: ADOBE_ID }),
            (jwt(&[("scope", SERVER)]), now, MissingScope { scope: ADOBE_ID }),
            (
                jwt(&[("as", "ims-na1-stg1")]),
                now,
                OtherEnvironment { issuer: "ims-na1-stg1".into() },
            ),
            (
                jwt(&[("type", "refresh_token")]),
                now,
                NotAnAccessToken { kind: "refresh_token".into() },
            ),
            ("fio-u-abc".to_owned(), now, LegacyToken),
            ("something".to_owned(), now, Unknown),
        ] {
            let reason = reason(&token, now);
            assert_eq!(reason, expected);
            let line = reason.to_string();
            assert!(!line.contains('\n') && !line.contains("  ") && !line.contains(&token));
        }
    }
}
