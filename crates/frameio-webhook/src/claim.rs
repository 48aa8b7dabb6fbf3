//! What a request says of itself before it is verified.

use frameio_core::decode::decode_json;
use frameio_core::{AccountId, ActionId, Extra};
use http::Uri;
use serde_json::Value;

/// What a request that is not verified says of itself: enough to find the verifier for it.
///
/// Nothing of it is true before that verifier agrees. Then the account and the action are, since
/// they are read from the bytes that were signed, in the way in which they are read afterwards. The
/// URL never is, since no signature covers it.
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

    /// The URL of the request.
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The account that is named in the body.
    pub const fn account_id(&self) -> Option<&AccountId> {
        self.account_id.as_ref()
    }

    /// The custom action that is named in the body; an event names none.
    pub const fn action_id(&self) -> Option<&ActionId> {
        self.action_id.as_ref()
    }

    /// The account that is named in a body.
    pub(crate) fn account_of(body: &[u8]) -> Option<AccountId> {
        claimed(body).0
    }
}

fn claimed(body: &[u8]) -> (Option<AccountId>, Option<ActionId>) {
    // As in the models, of a name that is there twice the last value counts.
    let Ok(body) = decode_json::<Extra>(body) else { return (None, None) };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let account = text(body.get("account").and_then(|account| account.get("id")));
    let account_id = match (account, text(body.get("account_id"))) {
        // Signed for one of them, it would be read as coming from the other.
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
    fn the_account_is_the_one_that_is_read_afterwards() {
        assert_eq!(account(r#"{"account":{"id":"a"}}"#).as_deref(), Some("a"));
        assert_eq!(account(r#"{"account_id":"a"}"#).as_deref(), Some("a"));
        assert_eq!(account(r#"{"account_id":"a","account":{"id":"a"}}"#).as_deref(), Some("a"));
        for none in ["", "null", "[]", "{}", r#"{"account_id":7}"#, r#"{"account":{}}"#] {
            assert_eq!(account(none), None, "{none}");
        }
    }

    #[test]
    fn who_claims_two_accounts_claims_none() {
        assert_eq!(account(r#"{"account_id":"a","account":{"id":"b"}}"#), None);
        // Of two values of one name the last counts, for an event as well.
        let body = r#"{"type":"t","resource":{"id":"r","type":"file"},
            "account":{"id":"a"},"account":{"id":"b"}}"#;
        let event: crate::Event = decode_json(body.as_bytes()).unwrap();
        assert_eq!(account(body).as_deref(), Some(event.account.id.as_str()));
    }
}
