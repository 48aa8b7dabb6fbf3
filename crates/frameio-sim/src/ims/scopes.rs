//! Scopes of tokens.

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

pub(super) const ADOBE_ID: &str = "AdobeID";
pub(super) const EMAIL: &str = "email";
pub(super) const OFFLINE: &str = "offline_access";
pub(super) const OPENID: &str = "openid";
pub(super) const PROFILE: &str = "profile";
pub(super) const ROLES: &str = "additional_info.roles";
pub(super) const SERVER: &str = "frame.s2s.all";

/// Scopes that a user can grant.
pub(super) const OF_USERS: &[&str] = &[ADOBE_ID, EMAIL, OFFLINE, OPENID, PROFILE, ROLES];

/// Scopes that a server can request.
pub(super) const OF_SERVERS: &[&str] = &[ADOBE_ID, OPENID, ROLES, SERVER];

/// Scopes that a server can request whose project lacks the product "Frame.io S2S API".
pub(super) const WITHOUT_PRODUCT: &[&str] = &[ADOBE_ID, OPENID, ROLES];

/// Unique scopes in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Scopes(Vec<String>);

impl Scopes {
    /// Parses scopes separated by commas or whitespace; refuses scopes that are not `allowed`.
    pub(super) fn parse(text: Option<&str>, allowed: &[&str]) -> Result<Self, Refusal> {
        let mut scopes = Self(Vec::new());
        let names = text.unwrap_or_default().split([',', ' ', '\t', '\r', '\n']);
        for name in names.filter(|name| !name.is_empty()) {
            if !allowed.contains(&name) {
                let description = format!("the scope '{name}' is not available");
                return Err(Refusal::invalid_scope(description));
            }
            scopes.add(name);
        }
        if scopes.0.is_empty() {
            return Err(Refusal::invalid_scope("the request has no scope"));
        }
        Ok(scopes)
    }

    /// Returns the requested subset, or all scopes without a request; refuses other scopes.
    pub(super) fn narrowed(&self, requested: Option<&str>) -> Result<Self, Refusal> {
        if requested.is_none() {
            return Ok(self.clone());
        }
        let granted: Vec<&str> = self.0.iter().map(String::as_str).collect();
        Self::parse(requested, &granted)
    }

    pub(super) fn add(&mut self, name: &str) {
        if !self.has(name) {
            self.0.push(name.to_owned());
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|scope| scope == name)
    }

    /// Returns the scopes in the form of a token.
    pub(super) fn joined(&self) -> String {
        self.0.join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_whitespace_separate_scopes() {
        let scopes = Scopes::parse(Some("openid, email,profile openid"), OF_USERS).unwrap();
        assert_eq!(scopes.joined(), "openid,email,profile");
        for none in [None, Some(""), Some(" , ")] {
            assert_eq!(Scopes::parse(none, OF_USERS).unwrap_err().error, "invalid_scope");
        }
        assert!(Scopes::parse(Some("frame.s2s.all"), OF_USERS).is_err());
        assert!(Scopes::parse(Some("offline_access"), OF_SERVERS).is_err());
    }

    #[test]
    fn granted_scopes_can_only_be_narrowed() {
        let granted = Scopes::parse(Some("openid,email"), OF_USERS).unwrap();
        assert_eq!(granted.narrowed(None).unwrap(), granted);
        assert_eq!(granted.narrowed(Some("email")).unwrap().joined(), "email");
        assert_eq!(granted.narrowed(Some("profile")).unwrap_err().error, "invalid_scope");
    }
}
