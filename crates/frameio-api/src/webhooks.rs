//! Webhooks, which deliver the events of a workspace to a URL.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::EventType;
//! use frameio::webhooks::{CallbackUrl, CreateWebhook};
//!
//! let url = CallbackUrl::new("https://example.com/frameio");
//! let webhook = CreateWebhook::new("account", "workspace", [EventType::FileReady], "Ready", url);
//! let secret = client.send(webhook).await?.secret;
//! # Ok(())
//! # }
//! ```
//!
//! The crate [`frameio-webhook`](https://docs.rs/frameio-webhook) verifies deliveries with the
//! secret and decodes their events.

use std::fmt;

use frameio_core::{
    AccountId, Cursor, Endpoint, EventType, Operation, Page, Secret, WebhookId, WorkspaceId, model,
    open_enum, response_types,
};
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::text::text;
use crate::users::User;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[
    ListWebhooks::OPERATION,
    CreateWebhook::OPERATION,
    ShowWebhook::OPERATION,
    UpdateWebhook::OPERATION,
    DeleteWebhook::OPERATION,
];

/// Lists the webhooks of a workspace.
///
/// Returns pages of [`Webhook`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/webhooks",
    id = "webhooks.index", response = Page<Webhook>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListWebhooks {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace that contains the webhooks.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<WebhookInclude>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<WebhookSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Creates a webhook for the events of a workspace.
///
/// Returns the [`Webhook`]. Only this response contains the `secret` that signs deliveries: store
/// it.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/workspaces/{workspace_id}/webhooks",
    id = "webhooks.create", response = Webhook, quota = "10/min", scope = Account,
)]
#[non_exhaustive]
pub struct CreateWebhook {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace whose events are delivered.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Types of events to deliver, at least 1. Values must be unique.
    #[endpoint(body, items = 1..)]
    pub events: Vec<EventType>,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: String,
    /// URL that receives the events, 1 to 2 000 characters.
    #[endpoint(body, len = 1..=2_000)]
    pub url: CallbackUrl,
}

/// Shows a webhook.
///
/// Returns the [`Webhook`], without its `secret`.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/webhooks/{webhook_id}",
    id = "webhooks.show", response = Webhook, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowWebhook {
    /// Account that owns the webhook.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Webhook to show.
    #[endpoint(path)]
    pub webhook_id: WebhookId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<WebhookInclude>,
}

/// Updates a webhook.
///
/// Returns the updated [`Webhook`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/webhooks/{webhook_id}",
    id = "webhooks.update", response = Webhook, quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateWebhook {
    /// Account that owns the webhook.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Webhook to change.
    #[endpoint(path)]
    pub webhook_id: WebhookId,
    /// Whether events are delivered.
    #[endpoint(body)]
    pub active: Option<bool>,
    /// Types of events to deliver, replacing the existing ones. At least 1; values must be unique.
    #[endpoint(body, items = 1..)]
    pub events: Option<Vec<EventType>>,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: Option<String>,
    /// URL that receives the events, 1 to 2 000 characters.
    #[endpoint(body, len = 1..=2_000)]
    pub url: Option<String>,
}

/// Deletes a webhook.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/webhooks/{webhook_id}",
    id = "webhooks.delete", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct DeleteWebhook {
    /// Account that owns the webhook.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Webhook to delete.
    #[endpoint(path)]
    pub webhook_id: WebhookId,
}

text! {
    /// URL that the service calls, to deliver the events of a webhook or to run a custom action.
    ///
    /// A separate type, so that it cannot be swapped with the name in the arguments of `new`.
    pub struct CallbackUrl;
}

open_enum! {
    /// Related resources to include in responses about webhooks.
    pub enum WebhookInclude {
        /// User who created the webhook.
        Creator = "creator",
    }
}

open_enum! {
    /// Sort order of webhooks.
    pub enum WebhookSort {
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
        /// By creation time, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By creation time, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

model! {
    /// A subscription to events of a workspace.
    pub struct Webhook {
        /// Id of the webhook.
        pub id: WebhookId,
        /// Workspace whose events are delivered.
        pub workspace_id: Option<WorkspaceId>,
        /// Name of the webhook.
        pub name: String,
        /// URL that receives the events.
        pub url: String,
        /// Types of events that are delivered.
        pub events: Vec<EventType>,
        /// Whether events are delivered.
        pub active: Option<bool> as Flag,
        /// Secret that signs deliveries. Present only in the response to [`CreateWebhook`].
        pub secret: Option<Secret>,
        /// User who created the webhook. Present only if [`WebhookInclude::Creator`] is requested.
        pub creator: Option<User>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
    }
}
response_types! { Webhook: one, page }

/// A boolean that the service also writes as a string: `"true"`.
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
                f.write_str("true or false, as a boolean or a string, or null")
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
    fn accepts_a_flag_as_a_string() {
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
