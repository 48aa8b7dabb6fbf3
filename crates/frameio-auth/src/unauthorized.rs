//! Why the API takes no token.

use std::fmt;

use frameio_tower::Token;
use http::StatusCode;
use jiff::Timestamp;

use super::claims::Claims;
use super::credential::{ADOBE_ID, ROLES, SERVER};

/// What a legacy developer token begins with.
const LEGACY_PREFIX: &str = "fio-u-";

/// Why the API returned 401, as far as the response and the token show. `Display` is one line
/// that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyUnauthorized {
    /// The token has expired.
    Expired {
        /// When it did.
        at: Timestamp,
    },
    /// The token lacks a scope without which the API takes none.
    MissingScope {
        /// The scope.
        scope: &'static str,
    },
    /// The token is one of another environment of IMS, such as the staging one.
    OtherEnvironment {
        /// What the token calls it.
        issuer: String,
    },
    /// The token is not an access token, but a refresh token or another one.
    NotAnAccessToken {
        /// What the token calls itself.
        kind: String,
    },
    /// The token is a legacy developer token: its header is missing, or the account does not take
    /// such tokens any more.
    LegacyToken,
    /// The token is none of IMS, and no developer token.
    Unknown,
    /// The token is in order by its own account. Then most often the user is not connected to
    /// Adobe sign-in, or the account is not in the Admin Console, or the token was revoked.
    NotConnected {
        /// Whether it is the token of a server and not of a user.
        server: bool,
    },
}

/// Explains why the API refused `token` with 401 at `now`; `None` for any other status.
///
/// The claims of the token are read without verification, so the result explains and must not
/// decide anything.
///
/// ```
/// # async fn show(client: frameio::Client, token: frameio::layers::Token) {
/// use frameio::{auth, users::ShowCurrentUser};
///
/// if let Err(error) = client.send(ShowCurrentUser::new()).await {
///     let why = auth::explain(error.status(), &token, jiff::Timestamp::now());
///     println!("{error}{}", why.map(|why| format!("\n{why}")).unwrap_or_default());
/// }
/// # }
/// ```
pub fn explain(
    status: Option<StatusCode>,
    token: &Token,
    now: Timestamp,
) -> Option<WhyUnauthorized> {
    (status == Some(StatusCode::UNAUTHORIZED)).then(|| why(token.expose(), now))
}

fn why(token: &str, now: Timestamp) -> WhyUnauthorized {
    if token.starts_with(LEGACY_PREFIX) {
        return WhyUnauthorized::LegacyToken;
    }
    let Some(claims) = Claims::unverified(token) else { return WhyUnauthorized::Unknown };
    if let Some(kind) = claims.kind.as_ref().filter(|kind| *kind != "access_token") {
        return WhyUnauthorized::NotAnAccessToken { kind: shown(kind) };
    }
    if let Some(issuer) = claims.issuer.as_ref().filter(|issuer| issuer.contains("-stg")) {
        return WhyUnauthorized::OtherEnvironment { issuer: shown(issuer) };
    }
    if let Some(at) = claims.expires_at().filter(|at| *at <= now) {
        return WhyUnauthorized::Expired { at };
    }
    let server = claims.has(SERVER);
    let needed: &[&'static str] = if server { &[ADOBE_ID] } else { &[ROLES, ADOBE_ID] };
    match needed.iter().find(|scope| !claims.has(scope)) {
        Some(scope) => WhyUnauthorized::MissingScope { scope },
        None => WhyUnauthorized::NotConnected { server },
    }
}

/// A claim, of which nobody knows who wrote it.
fn shown(claim: &str) -> String {
    super::redact::redact(claim, &[]).chars().take(40).collect()
}

impl fmt::Display for WhyUnauthorized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired { at } => {
                write!(f, "the token expired at {at}: refresh it or sign in again")
            }
            Self::MissingScope { scope } if *scope == ROLES => write!(
                f,
                "the token lacks the scope `{ROLES}` (a server's: `{SERVER}`): ask for it and \
                 sign in again"
            ),
            Self::MissingScope { scope } => write!(
                f,
                "the token lacks the scope `{scope}`: sign in again, and do not send scopes when \
                 the code is exchanged"
            ),
            Self::OtherEnvironment { issuer } => {
                write!(f, "the token is one of `{issuer}`: sign in at the production IMS")
            }
            Self::NotAnAccessToken { kind } => {
                write!(f, "the token calls itself `{kind}`: send the access token")
            }
            Self::LegacyToken => f.write_str(
                "a legacy developer token is taken only with its header (`legacy_token()`), and \
                 only for accounts that are not in the Adobe Admin Console",
            ),
            Self::Unknown => f.write_str(
                "the token is neither one of Adobe IMS nor a developer token (`fio-u-…`): check \
                 what was copied",
            ),
            Self::NotConnected { server: true } => f.write_str(
                "the token itself is in order: the account has to be in the Adobe Admin Console \
                 and the project to have the product Frame.io S2S API, or the token was revoked",
            ),
            Self::NotConnected { server: false } => f.write_str(
                "the token itself is in order: the user has to be connected to Adobe sign-in in \
                 the settings of Frame.io, the account to be in the Adobe Admin Console, or the \
                 token was revoked",
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
    fn what_can_be_told_apart_is_told() {
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
        use WhyUnauthorized::{
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
            let why = why(&token, now);
            assert_eq!(why, expected);
            let line = why.to_string();
            assert!(!line.contains('\n') && !line.contains("  ") && !line.contains(&token));
        }
    }
}
