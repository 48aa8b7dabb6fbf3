//! What an access token says of itself.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// What a token of Adobe IMS says of itself.
///
/// Nobody but IMS can check it: its key is not published. So it is good for telling a user what is
/// wrong, and never for letting anybody in.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Claims {
    /// `access_token`, `refresh_token`, …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The IMS that gave it: `ims-na1`; that of the staging environment is `ims-na1-stg1`.
    #[serde(rename = "as")]
    pub issuer: Option<String>,
    /// The app that it was given to.
    pub client_id: Option<String>,
    /// The user as Adobe knows them, `…@AdobeID`.
    pub user_id: Option<String>,
    /// What it is good for.
    #[serde(default, rename = "scope", deserialize_with = "scopes")]
    pub scopes: Vec<String>,
    #[serde(default, deserialize_with = "millis")]
    created_at: Option<i64>,
    #[serde(default, deserialize_with = "millis")]
    expires_in: Option<i64>,
}

impl Claims {
    /// Reads a token, unverified; `None` where it is not of the form that IMS gives.
    pub fn unverified(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    /// When it was given.
    pub fn created_at(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.created_at?).ok()
    }

    /// When it expires.
    pub fn expires_at(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.created_at?.checked_add(self.expires_in?)?).ok()
    }

    /// For how long it was given.
    pub fn life(&self) -> Option<Duration> {
        Some(Duration::from_millis(self.expires_in?.try_into().ok()?))
    }

    /// Whether it is good for `scope`.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }
}

/// Times are texts, in milliseconds; numbers are read as well.
fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Text(String),
    }
    Ok(match Option::<Either>::deserialize(deserializer)? {
        Some(Either::Number(number)) => Some(number),
        Some(Either::Text(text)) => text.parse().ok(),
        None => None,
    })
}

fn scopes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    let names = text.split([',', ' ']).filter(|name| !name.is_empty());
    Ok(names.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn token(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn texts_and_numbers_are_read() {
        for claims in [
            r#"{"scope":"openid,AdobeID","created_at":"1000","expires_in":"5000","as":"ims-na1"}"#,
            r#"{"scope":"openid AdobeID","created_at":1000,"expires_in":5000,"as":"ims-na1"}"#,
        ] {
            let claims = Claims::unverified(&token(claims)).unwrap();
            assert!(claims.has("openid") && claims.has("AdobeID") && !claims.has("Adobe"));
            assert_eq!(claims.expires_at(), Timestamp::from_millisecond(6000).ok());
            assert_eq!(claims.life(), Some(Duration::from_secs(5)));
        }
        let odd = Claims::unverified(&token(r#"{"created_at":"soon","expires_in":"5"}"#)).unwrap();
        assert_eq!((odd.created_at(), odd.expires_at()), (None, None));
        let far = format!(r#"{{"created_at":{0},"expires_in":{0}}}"#, i64::MAX);
        assert_eq!(Claims::unverified(&token(&far)).unwrap().expires_at(), None);
        for wrong in ["", "fio-u-abc", "a.b.c", "a.b", "e30.e30.e30.e30"] {
            assert!(Claims::unverified(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,40}", claims in "\\PC{0,80}") {
            Claims::unverified(&text);
            Claims::unverified(&token(&claims));
        }
    }
}
