//! Accounts, and their audit logs.
//!
//! An account owns workspaces, projects, users and groups. Its id is the first argument of most
//! requests:
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::accounts::ListAccounts;
//!
//! let mut accounts = client.items(ListAccounts::new());
//! while let Some(account) = accounts.next().await {
//!     let account = account?;
//!     println!("{} {}", account.id, account.display_name);
//! }
//! # Ok(())
//! # }
//! ```

mod audit_log_types;
mod audit_logs;

use frameio_core::{
    AccountId, Cursor, Endpoint, Operation, Page, model, open_enum, response_types,
};
use jiff::Timestamp;

pub use self::audit_log_types::{AuditLogEventType, AuditLogResourceType};
pub use self::audit_logs::{AuditLog, AuditLogFilters, AuditLogInclude};
use crate::permissions::AccountRole;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[ListAccounts::OPERATION, ListAuditLogs::OPERATION];

/// Lists the accounts that the caller belongs to.
///
/// Returns pages of [`Account`].
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
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Lists the entries of an account's audit log.
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
    /// Account whose audit log is listed.
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
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

open_enum! {
    /// Sort order of accounts.
    pub enum AccountSort {
        /// By name, A to Z.
        DisplayNameAsc = "display_name_asc",
        /// By name, Z to A.
        DisplayNameDesc = "display_name_desc",
        /// By creation time, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By creation time, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

model! {
    /// An account: a customer of the service.
    pub struct Account {
        /// Id of the account.
        pub id: AccountId,
        /// Id of the account at Adobe, if there is one.
        pub adobe_id: Option<String>,
        /// Name of the account.
        pub display_name: String,
        /// URL of the account's picture, if there is one.
        pub image: Option<String>,
        /// Roles of the caller in the account.
        pub roles: Vec<AccountRole>,
        /// Maximum storage, in bytes. Absent if the service reports no limit.
        pub storage_limit: Option<u64>,
        /// Storage in use, in bytes.
        pub storage_usage: u64,
        /// Whether the account can mount external storage. Absent if the service does not report
        /// it.
        pub mounted_storage_enabled: Option<bool>,
        /// Time at which the account moved to V4. Absent if it did not.
        pub v4_migrated_at: Option<Timestamp>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
    }
}
response_types! { Account: one, page }
