//! Custom actions: entries in the context menu of assets that call a URL.
//!
//! A member of the workspace selects assets and an action. The service then calls the URL of the
//! action, whose response can show a message or a form.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::custom_actions::{ActionDescription, ActionEvent, CreateCustomAction};
//! use frameio::webhooks::CallbackUrl;
//!
//! let action = CreateCustomAction::new(
//!     "account",
//!     "workspace",
//!     ActionDescription::new("Posts the file to a channel"),
//!     ActionEvent::new("post.file"),
//!     "Post",
//!     CallbackUrl::new("https://example.com/actions"),
//! );
//! let secret = client.send(action.timeout(10)).await?.secret;
//! # Ok(())
//! # }
//! ```
//!
//! The crate [`frameio-webhook`](https://docs.rs/frameio-webhook) verifies calls with the secret
//! and builds the responses.

use frameio_core::{
    AccountId, ActionId, Cursor, Endpoint, Operation, Page, Secret, UserId, WorkspaceId, model,
    open_enum, response_types,
};
use jiff::Timestamp;

use crate::text::text;
use crate::users::User;
use crate::webhooks::CallbackUrl;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[
    ListCustomActions::OPERATION,
    CreateCustomAction::OPERATION,
    ShowCustomAction::OPERATION,
    UpdateCustomAction::OPERATION,
    DeleteCustomAction::OPERATION,
];

/// Lists the custom actions of a workspace.
///
/// Returns pages of [`CustomAction`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/actions",
    id = "custom_actions.actions_index", response = Page<CustomAction>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListCustomActions {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace that contains the custom actions.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<CustomActionInclude>,
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

/// Creates a custom action in a workspace.
///
/// Returns the [`CustomAction`]. Only this response contains the `secret` that signs calls: store
/// it.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/workspaces/{workspace_id}/actions",
    id = "custom_actions.actions_create", response = CustomAction, quota = "10/min",
    role = "content admin or account owner",
)]
#[non_exhaustive]
pub struct CreateCustomAction {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace in which to create the custom action.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Description, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub description: ActionDescription,
    /// Name of your choice that the service sends with each call, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub event: ActionEvent,
    /// Label of the menu entry, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: String,
    /// URL that the service calls, 1 to 2 000 characters.
    #[endpoint(body, len = 1..=2_000)]
    pub url: CallbackUrl,
    /// Whether the action accepts several assets at once. Default: true.
    #[endpoint(body)]
    pub multi_asset: Option<bool>,
    /// Seconds that the service waits for a response, 5 to 10.
    #[endpoint(body, range = 5..=10)]
    pub timeout: Option<u32>,
}

/// Shows a custom action.
///
/// Returns the [`CustomAction`], without its `secret`.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/actions/{action_id}",
    id = "custom_actions.actions_show", response = CustomAction, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowCustomAction {
    /// Account that owns the custom action.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Custom action to show.
    #[endpoint(path)]
    pub action_id: ActionId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<CustomActionInclude>,
}

/// Updates a custom action.
///
/// Returns the updated [`CustomAction`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/actions/{action_id}",
    id = "custom_actions.actions_update", response = CustomAction, quota = "10/min",
    role = "content admin or account owner",
)]
#[non_exhaustive]
pub struct UpdateCustomAction {
    /// Account that owns the custom action.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Custom action to change.
    #[endpoint(path)]
    pub action_id: ActionId,
    /// Whether the menu shows the action.
    #[endpoint(body)]
    pub active: Option<bool>,
    /// Description, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub description: Option<String>,
    /// Name of your choice that the service sends with each call, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub event: Option<String>,
    /// Whether the action accepts several assets at once.
    #[endpoint(body)]
    pub multi_asset: Option<bool>,
    /// Label of the menu entry, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: Option<String>,
    /// Seconds that the service waits for a response, 5 to 10.
    #[endpoint(body, range = 5..=10)]
    pub timeout: Option<u32>,
    /// URL that the service calls, 1 to 2 000 characters.
    #[endpoint(body, len = 1..=2_000)]
    pub url: Option<String>,
}

/// Deletes a custom action.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/actions/{action_id}",
    id = "custom_actions.actions_delete", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct DeleteCustomAction {
    /// Account that owns the custom action.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Custom action to delete.
    #[endpoint(path)]
    pub action_id: ActionId,
}

text! {
    /// Name of your choice that the service sends with each call of a custom action.
    ///
    /// A separate type, so that it cannot be swapped with the texts next to it in the arguments of
    /// `new`.
    pub struct ActionEvent;
}

text! {
    /// Description of a custom action.
    ///
    /// A separate type, so that it cannot be swapped with the texts next to it in the arguments of
    /// `new`.
    pub struct ActionDescription;
}

open_enum! {
    /// Related resources to include in responses about custom actions.
    pub enum CustomActionInclude {
        /// User who created the custom action.
        Creator = "creator",
    }
}

model! {
    /// A custom action of a workspace.
    pub struct CustomAction {
        /// Id of the custom action.
        pub id: ActionId,
        /// Workspace whose members can run the action.
        pub workspace_id: WorkspaceId,
        /// Label of the menu entry.
        pub name: String,
        /// Description of the action.
        pub description: String,
        /// Name that the service sends with each call.
        pub event: String,
        /// URL that the service calls when a member runs the action.
        pub url: String,
        /// Whether the menu shows the action. Absent for an action of the legacy API that was not
        /// enabled since the account moved to V4.
        pub active: Option<bool>,
        /// Whether the action accepts several assets at once.
        pub multi_asset: Option<bool>,
        /// Seconds that the service waits for a response, 5 to 10.
        pub timeout: Option<u32>,
        /// Secret that signs calls. Present only in the response to [`CreateCustomAction`].
        pub secret: Option<Secret>,
        /// User who created the custom action.
        pub creator_id: UserId,
        /// User who created the custom action. Present only if [`CustomActionInclude::Creator`] is
        /// requested.
        pub creator: Option<User>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
        /// Deletion time. Absent for existing actions.
        pub deleted_at: Option<Timestamp>,
    }
}
response_types! { CustomAction: one, page }
