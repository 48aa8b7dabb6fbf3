//! Custom actions: what a member of a workspace can start from a menu.

use frameio_core::{
    AccountId, ActionId, Page, Secret, UserId, WorkspaceId, endpoints, model, open_enum,
    response_types,
};
use jiff::Timestamp;

use crate::users::User;

endpoints! {
    /// Lists the custom actions of a workspace.
    pub struct ListCustomActions {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to look in.
            workspace_id: WorkspaceId,
        }
        query {
            /// What the answer holds besides.
            include: CustomActionInclude,
        }
        page 1..=100;
    }
    "custom_actions.actions_index" = GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/actions" -> Page<CustomAction>, 100 per minute;

    /// Creates a custom action in a workspace. Only who manages the content of the account may.
    ///
    /// The answer alone holds the `secret` that calls are signed with.
    pub struct CreateCustomAction {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to create it in.
            workspace_id: WorkspaceId,
        }
        body {
            /// What it does. 1 to 255 characters.
            description: String in 1..=255,
            /// What calls name it: a word of your own. 1 to 255 characters.
            event: String in 1..=255,
            /// What the menu calls it. 1 to 255 characters.
            name: String in 1..=255,
            /// What is called when somebody starts it. 1 to 2 000 characters.
            url: String in 1..=2_000,
        }
        optional {
            /// Whether it can be started on several assets at once. Default: true.
            multi_asset: bool,
            /// How long the service waits for an answer, in seconds. 5 to 10.
            timeout: u32 in 5..=10,
        }
    }
    "custom_actions.actions_create" = POST "/v4/accounts/{account_id}/workspaces/{workspace_id}/actions" -> CustomAction, 10 per minute;

    /// Shows a custom action.
    pub struct ShowCustomAction {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Custom action to show.
            action_id: ActionId,
        }
        query {
            /// What the answer holds besides.
            include: CustomActionInclude,
        }
    }
    "custom_actions.actions_show" = GET "/v4/accounts/{account_id}/actions/{action_id}" -> CustomAction, 100 per minute;

    /// Changes a custom action. Only who manages the content of the account may.
    pub struct UpdateCustomAction {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Custom action to change.
            action_id: ActionId,
        }
        optional {
            /// Whether the menu shows it.
            active: bool,
            /// What it does. 1 to 255 characters.
            description: String in 1..=255,
            /// What calls name it: a word of your own. 1 to 255 characters.
            event: String in 1..=255,
            /// Whether it can be started on several assets at once.
            multi_asset: bool,
            /// What the menu calls it. 1 to 255 characters.
            name: String in 1..=255,
            /// How long the service waits for an answer, in seconds. 5 to 10.
            timeout: u32 in 5..=10,
            /// What is called when somebody starts it. 1 to 2 000 characters.
            url: String in 1..=2_000,
        }
    }
    "custom_actions.actions_update" = PATCH "/v4/accounts/{account_id}/actions/{action_id}" -> CustomAction, 10 per minute;

    /// Deletes a custom action.
    pub struct DeleteCustomAction {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Custom action to delete.
            action_id: ActionId,
        }
    }
    "custom_actions.actions_delete" = DELETE "/v4/accounts/{account_id}/actions/{action_id}" -> (), 60 per minute;
}

open_enum! {
    /// What an answer about custom actions holds besides.
    pub enum CustomActionInclude {
        /// Who created it.
        Creator = "creator",
    }
}

model! {
    /// A custom action.
    pub struct CustomAction {
        /// The custom action's id.
        pub id: ActionId,
        /// The workspace that it belongs to.
        pub workspace_id: WorkspaceId,
        /// What the menu calls it.
        pub name: String,
        /// What it does.
        pub description: String,
        /// What calls name it.
        pub event: String,
        /// What is called when somebody starts it.
        pub url: String,
        /// Whether the menu shows it.
        pub active: bool,
        /// Whether it can be started on several assets at once.
        pub multi_asset: Option<bool>,
        /// How long the service waits for an answer, in seconds.
        pub timeout: Option<u32>,
        /// What calls are signed with: only in the answer to its creation.
        pub secret: Option<Secret>,
        /// Who created it.
        pub creator_id: UserId,
        /// Who created it, if included.
        pub creator: Option<User>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
    }
}
response_types! { CustomAction: one, page }
