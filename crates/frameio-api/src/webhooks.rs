//! Webhooks: where the service tells what happened.

use std::fmt;

use frameio_core::{
    AccountId, EventType, Page, QuotaScope, Secret, WebhookId, WorkspaceId, endpoints, model,
    open_enum, response_types,
};
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::users::User;

endpoints! {
    /// Lists the webhooks of a workspace.
    pub struct ListWebhooks {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to look in.
            workspace_id: WorkspaceId,
        }
        query {
            /// What the answer holds besides.
            include: WebhookInclude,
            /// The order of the list. Default: the service's.
            sort: WebhookSort,
        }
        page 1..=100;
    }
    "webhooks.index" = GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/webhooks" -> Page<Webhook>, 100 per minute;

    /// Creates a webhook for everything in a workspace.
    ///
    /// The answer alone holds the `secret` that deliveries are signed with.
    pub struct CreateWebhook {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to watch.
            workspace_id: WorkspaceId,
        }
        body {
            /// What is told. At least one, each once.
            events: Vec<EventType> in 1..=u64::MAX,
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
            /// Where it is told. 1 to 2 000 characters.
            url: String in 1..=2_000,
        }
    }
    "webhooks.create" = POST "/v4/accounts/{account_id}/workspaces/{workspace_id}/webhooks" -> Webhook, 10 per minute, scope(QuotaScope::Account);

    /// Shows a webhook.
    pub struct ShowWebhook {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Webhook to show.
            webhook_id: WebhookId,
        }
        query {
            /// What the answer holds besides.
            include: WebhookInclude,
        }
    }
    "webhooks.show" = GET "/v4/accounts/{account_id}/webhooks/{webhook_id}" -> Webhook, 100 per minute;

    /// Changes a webhook.
    pub struct UpdateWebhook {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Webhook to change.
            webhook_id: WebhookId,
        }
        optional {
            /// Whether anything is told.
            active: bool,
            /// What is told, in place of what was before. At least one, each once.
            events: Vec<EventType> in 1..=u64::MAX,
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
            /// Where it is told. 1 to 2 000 characters.
            url: String in 1..=2_000,
        }
    }
    "webhooks.update" = PATCH "/v4/accounts/{account_id}/webhooks/{webhook_id}" -> Webhook, 10 per minute;

    /// Deletes a webhook.
    pub struct DeleteWebhook {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Webhook to delete.
            webhook_id: WebhookId,
        }
    }
    "webhooks.delete" = DELETE "/v4/accounts/{account_id}/webhooks/{webhook_id}" -> (), 60 per minute;
}

open_enum! {
    /// What an answer about webhooks holds besides.
    pub enum WebhookInclude {
        /// Who created it.
        Creator = "creator",
    }
}

open_enum! {
    /// The order of webhooks.
    pub enum WebhookSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By time of creation, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By time of creation, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

model! {
    /// A webhook.
    pub struct Webhook {
        /// The webhook's id.
        pub id: WebhookId,
        /// The workspace that it watches.
        pub workspace_id: Option<WorkspaceId>,
        /// What it is called.
        pub name: String,
        /// Where it is told.
        pub url: String,
        /// What is told.
        pub events: Vec<EventType>,
        /// Whether anything is told.
        pub active: Option<bool> as Flag,
        /// What deliveries are signed with: only in the answer to its creation.
        pub secret: Option<Secret>,
        /// Who created it, if included.
        pub creator: Option<User>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }
}
response_types! { Webhook: one, page }

/// A truth that the service has written as text too: `"true"`.
struct Flag(Option<bool>);

impl From<Flag> for Option<bool> {
    fn from(flag: Flag) -> Self {
        flag.0
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FlagVisitor;

        impl Visitor<'_> for FlagVisitor {
            type Value = Flag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false, as a text or not, or null")
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(Some(flag)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Flag, E> {
                let flag = text
                    .parse()
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))?;
                Ok(Flag(Some(flag)))
            }

            fn visit_unit<E: Error>(self) -> Result<Flag, E> {
                Ok(Flag(None))
            }
        }

        deserializer.deserialize_any(FlagVisitor)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::{Value, json};

    use super::*;

    fn webhook(active: Value) -> Result<Webhook, serde_json::Error> {
        let mut webhook = json!({
            "id": "w", "name": "Sea", "url": "https://example.com", "events": ["file.ready"],
            "created_at": "2026-03-22T10:11:12Z", "updated_at": "2026-03-22T10:11:12Z",
        });
        if active != "absent" {
            webhook["active"] = active;
        }
        serde_json::from_value(webhook)
    }

    #[test]
    fn a_flag_may_be_text() {
        for (active, expected) in [
            (json!(true), Some(true)),
            (json!("true"), Some(true)),
            (json!("false"), Some(false)),
            (json!(null), None),
            (json!("absent"), None),
        ] {
            let webhook = webhook(active).unwrap();
            assert_eq!(webhook.active, expected);
            let written = serde_json::to_value(&webhook).unwrap();
            assert_eq!(written.get("active"), expected.map(Value::from).as_ref());
        }
        for wrong in [json!("yes"), json!(1), json!({})] {
            let error = webhook(wrong).unwrap_err().to_string();
            assert!(error.contains("expected true or false"), "{error}");
        }
    }
}
