//! Accounts, and their audit logs.

mod audit_log_types;
mod audit_logs;

use frameio_core::{
    AccountId, Cursor, Endpoint, Operation, Page, model, open_enum, response_types,
};
use jiff::Timestamp;

pub use self::audit_log_types::{AuditLogEventType, AuditLogResourceType};
pub use self::audit_logs::{AuditLog, AuditLogFilters, AuditLogInclude};

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[ListAccounts::OPERATION, ListAuditLogs::OPERATION];

/// Lists the accounts that the user belongs to.
///
/// Returns pages of [`Account`]. The id of an account is the first argument of most requests.
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::accounts::ListAccounts;
///
/// let mut accounts = client.items(ListAccounts::new());
/// while let Some(account) = accounts.next().await {
///     println!("{}", account?.display_name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts",
    id = "accounts.index", response = Page<Account>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListAccounts {
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<AccountSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Lists the audit log of an account.
///
/// Returns pages of [`AuditLog`]. Fails with 403 if the caller is not allowed to read the log.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/audit_logs",
    id = "accounts.auditlog_index", response = Page<AuditLog>, quota = "100/min",
    api_version = "4.0",
)]
#[non_exhaustive]
pub struct ListAuditLogs {
    /// Account that owns the audit logs.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<AuditLogInclude>,
    /// Filters of the entries. Default: all entries.
    #[endpoint(query)]
    pub filters: Option<AuditLogFilters>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

open_enum! {
    /// The order of accounts.
    pub enum AccountSort {
        /// By name, A first.
        DisplayNameAsc = "display_name_asc",
        /// By name, Z first.
        DisplayNameDesc = "display_name_desc",
        /// By time of creation, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By time of creation, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

model! {
    /// An account.
    pub struct Account {
        /// The account's id.
        pub id: AccountId,
        /// The account's id at Adobe.
        pub adobe_id: Option<String>,
        /// The account's name.
        pub display_name: String,
        /// A picture of the account.
        pub image: Option<String>,
        /// What the user is in the account.
        pub roles: Vec<AccountRole>,
        /// How much may be stored, in bytes.
        pub storage_limit: Option<u64>,
        /// How much is stored, in bytes.
        pub storage_usage: u64,
        /// Whether storage of the customer's own can be mounted.
        pub mounted_storage_enabled: Option<bool>,
        /// When the account was moved to V4.
        pub v4_migrated_at: Option<Timestamp>,
        /// When the account was created.
        pub created_at: Timestamp,
        /// When the account was last changed.
        pub updated_at: Timestamp,
    }
}
response_types! { Account: one, page }

open_enum! {
    /// What a user is in an account.
    pub enum AccountRole {
        /// Manages the account.
        Admin = "admin",
        /// Works in it.
        Member = "member",
        /// Owns it.
        Owner = "owner",
    }
}
