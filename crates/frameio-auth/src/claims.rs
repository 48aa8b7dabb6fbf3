//! Claims of an access token.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// Unverified claims of a token of Adobe IMS.
///
/// Only IMS can verify them, because its key is not published. Use them in messages to the user, never
/// for access decisions.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Claims {
    /// Type of the token: `access_token`, `refresh_token`, ….
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Environment of IMS that issued the token: `ims-na1`, or `ims-na1-stg1` for staging.
    #[serde(rename = "as")]
    pub issuer: Option<String>,
    /// Client ID of the app.
    pub client_id: Option<String>,
    /// User ID at Adobe, such as `…@AdobeID`.
    pub user_id: Option<String>,
    /// Granted scopes.
    #[serde(default, rename = "scope", deserialize_with = "scopes")]
    pub scopes: Vec<String>,
    #[serde(default, deserialize_with = "millis")]
    created_at: Option<i64>,
    #[serde(default, deserialize_with = "millis")]
    expires_in: Option<i64>,
}

impl Claims {
    /// Decodes a token without verifying it; `None` if it is not a JWT.
    pub fn unverified(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    /// Returns the time at which the token was issued.
    pub fn created_at(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.created_at?).ok()
    }

    /// Returns the time at which the token expires.
    pub fn expires_at(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.created_at?.checked_add(self.expires_in?)?).ok()
    }

    /// Returns the time between issue and expiry.
    pub fn lifetime(&self) -> Option<Duration> {
        Some(Duration::from_millis(self.expires_in?.try_into().ok()?))
    }

    /// Returns whether `scope` is granted.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}

/// Deserializes milliseconds. IMS sends them as strings; numbers are accepted too.
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
    fn reads_times_as_strings_or_numbers() {
        for claims in [
            r#"{"scope":"openid,AdobeID","created_at":"1000","expires_in":"5000","as":"ims-na1"}"#,
            r#"{"scope":"openid AdobeID","created_at":1000,"expires_in":5000,"as":"ims-na1"}"#,
        ] {
            let claims = Claims::unverified(&token(claims)).unwrap();
            assert!(claims.has_scope("openid") && claims.has_scope("AdobeID"));
            assert!(!claims.has_scope("Adobe"));
            assert_eq!(claims.expires_at(), Timestamp::from_millisecond(6000).ok());
            assert_eq!(claims.lifetime(), Some(Duration::from_secs(5)));
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
        fn never_panics(text in "\\PC{0,40}", claims in "\\PC{0,80}") {
            Claims::unverified(&text);
            Claims::unverified(&token(&claims));
        }
    }
}
