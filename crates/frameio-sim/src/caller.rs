//! Who calls the API, by the token that they bring.

use std::borrow::Cow;

use http::header::{AUTHORIZATION, HeaderMap};
use secrecy::ExposeSecret;

use crate::ims::Gone;
use crate::sim::{Shared, lock};

/// Without it a legacy developer token is not looked at.
const LEGACY: &str = "x-frameio-legacy-token-auth";

#[derive(Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) user_id: Cow<'a, str>,
    /// Whose quotas are spent: the user's for tokens of IMS, which come and go; else the token's.
    pub(crate) spender: Cow<'a, str>,
}

impl<'a> Caller<'a> {
    /// The caller, or why the token is not taken.
    pub(crate) fn of(shared: &'a Shared, headers: &'a HeaderMap) -> Result<Self, String> {
        let token = bearer(headers).ok_or("the bearer token is missing")?;
        if let Some(known) =
            lock(&shared.tokens).iter().find(|known| known.secret.expose_secret() == token)
        {
            return Ok(Self { user_id: known.user.clone().into(), spender: token.into() });
        }
        if shared.legacy_tokens.iter().any(|known| known.expose_secret() == token) {
            let opted_in = headers.get(LEGACY).is_some_and(|value| value == "true");
            return if opted_in {
                Ok(Self {
                    user_id: lock(&shared.demo).user_id.to_string().into(),
                    spender: token.into(),
                })
            } else {
                Err(format!("a legacy developer token is taken only beside `{LEGACY}: true`"))
            };
        }
        match shared.ims.access(token, shared.env.clock.now()) {
            Ok(access) => match access.lacks() {
                None => {
                    let user_id = Cow::from(access.user_id().to_owned());
                    Ok(Self { spender: user_id.clone(), user_id })
                }
                Some(scope) => Err(format!("the access token lacks the scope `{scope}`")),
            },
            Err(Gone::Expired) => Err("the access token is expired".to_owned()),
            Err(Gone::Unknown) => Err("the bearer token is not known here".to_owned()),
        }
    }
}

/// The token of a header of the scheme `Bearer`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
