//! Entries of an audit log, and which of them are asked for.

use frameio_core::encode::{Query, QueryValue};
use frameio_core::{AccountId, ProjectId, UserId, WorkspaceId, model, open_enum, response_types};
use jiff::civil::Date;

use super::{AuditLogEventType, AuditLogResourceType};
use crate::users::User;

open_enum! {
    /// Related resources to include in responses about audit logs.
    pub enum AuditLogInclude {
        /// Who did it.
        User = "user",
    }
}

model! {
    /// An entry of an audit log: something that happened in an account.
    pub struct AuditLog {
        /// The account that it happened in.
        pub account_id: AccountId,
        /// What happened.
        pub event_type: AuditLogEventType,
        /// When it happened, as the service writes it: the form is not documented.
        pub inserted_at: String,
        /// The address that it was done from.
        pub ip_address: String,
        /// The project that it happened in.
        pub project_id: Option<ProjectId>,
        /// The id of what it happened to.
        pub resource_id: String,
        /// What it happened to.
        pub resource_type: AuditLogResourceType,
        /// Who did it, if included.
        pub user: Option<User>,
        /// The id of who did it.
        pub user_id: Option<UserId>,
        /// The workspace that it happened in.
        pub workspace_id: Option<WorkspaceId>,
    }
}
response_types! { AuditLog: page }

model! {
    /// Which entries of an audit log are listed: those that fit all that is set.
    ///
    /// ```
    /// use frameio_api::accounts::{AuditLogEventType, AuditLogFilters, ListAuditLogs};
    /// use jiff::civil::date;
    ///
    /// let filters = AuditLogFilters::new()
    ///     .event_type(AuditLogEventType::ShareViewed)
    ///     .from_date(date(2026, 3, 22));
    /// let request = frameio_core::encode(&ListAuditLogs::new("account").filters(filters))?;
    /// assert_eq!(
    ///     request.uri().query(),
    ///     Some("filters%5Bevent_type%5D=share_viewed&filters%5Bfrom_date%5D=2026-03-22")
    /// );
    /// # Ok::<_, frameio_core::EncodeError>(())
    /// ```
    #[derive(Default)]
    pub struct AuditLogFilters {
        /// What happened.
        pub event_type: Option<AuditLogEventType>,
        /// The first day, as `YYYY-MM-DD`.
        pub from_date: Option<String>,
        /// The address that it was done from.
        pub ip_address: Option<String>,
        /// The project that it happened in.
        pub project_id: Option<ProjectId>,
        /// The id of what it happened to.
        pub resource_id: Option<String>,
        /// What it happened to.
        pub resource_type: Option<AuditLogResourceType>,
        /// The last day, as `YYYY-MM-DD`.
        pub to_date: Option<String>,
        /// Who did it.
        pub user_id: Option<UserId>,
        /// The workspace that it happened in.
        pub workspace_id: Option<WorkspaceId>,
    }
}

impl AuditLogFilters {
    /// All entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists this event alone.
    #[must_use]
    pub fn event_type(mut self, event_type: impl Into<AuditLogEventType>) -> Self {
        self.event_type = Some(event_type.into());
        self
    }

    /// Lists what happened on this day and later.
    #[must_use]
    pub fn from_date(mut self, date: Date) -> Self {
        self.from_date = Some(date.to_string());
        self
    }

    /// Lists what was done from this address.
    #[must_use]
    pub fn ip_address(mut self, ip_address: impl Into<String>) -> Self {
        self.ip_address = Some(ip_address.into());
        self
    }

    /// Lists what happened in this project.
    #[must_use]
    pub fn project_id(mut self, project_id: impl Into<ProjectId>) -> Self {
        self.project_id = Some(project_id.into());
        self
    }

    /// Lists what happened to the one thing that has this id.
    #[must_use]
    pub fn resource_id(mut self, resource_id: impl Into<String>) -> Self {
        self.resource_id = Some(resource_id.into());
        self
    }

    /// Lists what happened to things of this type.
    #[must_use]
    pub fn resource_type(mut self, resource_type: impl Into<AuditLogResourceType>) -> Self {
        self.resource_type = Some(resource_type.into());
        self
    }

    /// Lists what happened on this day and earlier.
    #[must_use]
    pub fn to_date(mut self, date: Date) -> Self {
        self.to_date = Some(date.to_string());
        self
    }

    /// Lists what this user did.
    #[must_use]
    pub fn user_id(mut self, user_id: impl Into<UserId>) -> Self {
        self.user_id = Some(user_id.into());
        self
    }

    /// Lists what happened in this workspace.
    #[must_use]
    pub fn workspace_id(mut self, workspace_id: impl Into<WorkspaceId>) -> Self {
        self.workspace_id = Some(workspace_id.into());
        self
    }
}

/// A pair for each filter: `filters[event_type]=share_viewed`.
impl QueryValue for AuditLogFilters {
    /// Nothing: an object has no value of its own.
    fn write(&self, _: &mut Query<'_>) {}

    fn push(&self, name: &str, query: &mut Query<'_>) {
        let Self {
            event_type,
            from_date,
            ip_address,
            project_id,
            resource_id,
            resource_type,
            to_date,
            user_id,
            workspace_id,
            extra,
        } = self;
        query.push(&format!("{name}[event_type]"), event_type);
        query.push(&format!("{name}[from_date]"), from_date);
        query.push(&format!("{name}[ip_address]"), ip_address);
        query.push(&format!("{name}[project_id]"), project_id);
        query.push(&format!("{name}[resource_id]"), resource_id);
        query.push(&format!("{name}[resource_type]"), resource_type);
        query.push(&format!("{name}[to_date]"), to_date);
        query.push(&format!("{name}[user_id]"), user_id);
        query.push(&format!("{name}[workspace_id]"), workspace_id);
        query.push_fields(name, extra);
    }
}
