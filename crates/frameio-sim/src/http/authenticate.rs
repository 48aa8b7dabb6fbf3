//! Authentication of API requests by bearer token.

use std::borrow::Cow;

use http::header::HeaderMap;
use jiff::Timestamp;

use crate::ims::{Gone, bearer};
use crate::shared::World;

/// Header that a legacy developer token requires.
const LEGACY: &str = "x-frameio-legacy-token-auth";

#[derive(Debug)]
pub(super) struct Caller<'a> {
    pub(super) user_id: Cow<'a, str>,
    /// Owner of the quotas: the user of a short-lived IMS token, or any other token itself.
    pub(super) spender: Cow<'a, str>,
}

impl<'a> Caller<'a> {
    /// Returns the caller, or the reason why the token is refused.
    pub(super) fn of(
        world: &World,
        headers: &'a HeaderMap,
        now: Timestamp,
    ) -> Result<Self, String> {
        let token = bearer(headers).ok_or("the bearer token is missing")?;
        if let Some(known) = world.tokens.iter().find(|known| known.secret.expose() == token) {
            return Ok(Self { user_id: known.user.clone().into(), spender: token.into() });
        }
        if world.ims.legacy_tokens().iter().any(|known| known.expose() == token) {
            let opted_in = headers.get(LEGACY).is_some_and(|value| value == "true");
            if !opted_in {
                let header = format!("'{LEGACY}: true'");
                return Err(format!("a legacy developer token requires the header {header}"));
            }
            return match world.state.access.refuses_legacy() {
                Some(why) => Err(why.to_owned()),
                None => Ok(Self {
                    user_id: world.demo.user_id.to_string().into(),
                    spender: token.into(),
                }),
            };
        }
        match world.ims.access(token, now) {
            Ok(access) => {
                if let Some(scope) = access.lacks() {
                    return Err(format!("the access token lacks the scope '{scope}'"));
                }
                if let Some(why) = world.state.access.refuses_adobe(access.user_id()) {
                    return Err(why.to_owned());
                }
                let user_id = Cow::from(access.user_id().to_owned());
                Ok(Self { spender: user_id.clone(), user_id })
            }
            Err(Gone::Expired) => Err("the access token has expired".to_owned()),
            Err(Gone::Unknown) => Err("the bearer token is unknown".to_owned()),
        }
    }
}
