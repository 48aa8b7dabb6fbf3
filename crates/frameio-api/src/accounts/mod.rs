//! Accounts, and their audit logs.

mod audit_log_types;
mod audit_logs;

use frameio_core::{AccountId, Page, endpoints, model, open_enum, response_types};
use jiff::Timestamp;

pub use self::audit_log_types::{AuditLogEventType, AuditLogResourceType};
pub use self::audit_logs::{AuditLog, AuditLogFilters, AuditLogInclude};

endpoints! {
    /// Lists the accounts that the user belongs to.
    pub struct ListAccounts {
        query {
            /// The order of the list. Default: the service's.
            sort: AccountSort,
        }
        page 1..=100;
    }
    "accounts.index" = GET "/v4/accounts" -> Page<Account>, 100 per minute;

    /// Lists what happened in an account.
    pub struct ListAuditLogs {
        path {
            /// Account to look in.
            account_id: AccountId,
        }
        query {
            /// What the answer holds besides.
            include: AuditLogInclude,
            /// Which entries are listed. Default: all.
            filters: AuditLogFilters,
        }
        page 1..=100;
    }
    "accounts.auditlog_index" = GET "/v4/accounts/{account_id}/audit_logs" -> Page<AuditLog>, 100 per minute, api_version("4.0");
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
