//! Claims of a request that is not verified yet.

use frameio_core::decode::decode_json;
use frameio_core::{AccountId, ActionId, Extra};
use http::Uri;
use serde_json::Value;

/// Claims of a request before its verification, to look up the verifier.
///
/// Anyone can make these claims. If the verifier accepts the request, the account and the action are
/// authentic, because they are read from the signed body in the same way as later. The URL is never
/// authentic: the signature does not cover it.
#[derive(Clone, Debug)]
pub struct Claim {
    uri: Uri,
    account_id: Option<AccountId>,
    action_id: Option<ActionId>,
}

impl Claim {
    pub(crate) fn new(uri: Uri, body: &[u8]) -> Self {
        let (account_id, action_id) = claimed(body);
        Self { uri, account_id, action_id }
    }

    /// Returns the URL of the request.
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the account in the body.
    pub const fn account_id(&self) -> Option<&AccountId> {
        self.account_id.as_ref()
    }

    /// Returns the custom action in the body; `None` for an event.
    pub const fn action_id(&self) -> Option<&ActionId> {
        self.action_id.as_ref()
    }

    /// Returns the account in a body.
    pub(crate) fn account_of(body: &[u8]) -> Option<AccountId> {
        claimed(body).0
    }
}

fn claimed(body: &[u8]) -> (Option<AccountId>, Option<ActionId>) {
    // The last value of a duplicate name counts, as in the models.
    let Ok(body) = decode_json::<Extra>(body) else { return (None, None) };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let account = text(body.get("account").and_then(|account| account.get("id")));
    let account_id = match (account, text(body.get("account_id"))) {
        // Ambiguous: the request could be verified for one account and decoded for the other.
        (Some(one), Some(other)) if one != other => None,
        (one, other) => one.or(other),
    };
    (account_id.map(AccountId::from), text(body.get("action_id")).map(ActionId::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(body: &str) -> Option<String> {
        Claim::account_of(body.as_bytes()).map(String::from)
    }

    #[test]
    fn the_account_is_the_one_that_the_models_read() {
        assert_eq!(account(r#"{"account":{"id":"a"}}"#).as_deref(), Some("a"));
        assert_eq!(account(r#"{"account_id":"a"}"#).as_deref(), Some("a"));
        assert_eq!(account(r#"{"account_id":"a","account":{"id":"a"}}"#).as_deref(), Some("a"));
        for none in ["", "null", "[]", "{}", r#"{"account_id":7}"#, r#"{"account":{}}"#] {
            assert_eq!(account(none), None, "{none}");
        }
    }

    #[test]
    fn two_different_accounts_count_as_none() {
        assert_eq!(account(r#"{"account_id":"a","account":{"id":"b"}}"#), None);
        // The last value of a duplicate name counts, also in an event.
        let body = r#"{"type":"t","resource":{"id":"r","type":"file"},
            "account":{"id":"a"},"account":{"id":"b"}}"#;
        let event: crate::Event = decode_json(body.as_bytes()).unwrap();
        assert_eq!(account(body).as_deref(), Some(event.account.id.as_str()));
    }
}
