//! Entries of an audit log, and the filters of the list.

use frameio_core::encode::{Query, QueryValue};
use frameio_core::{AccountId, ProjectId, UserId, WorkspaceId, model, open_enum, response_types};
use jiff::civil::Date;

use super::{AuditLogEventType, AuditLogResourceType};
use crate::users::User;

open_enum! {
    /// Related resources to include in responses about audit logs.
    pub enum AuditLogInclude {
        /// User who caused the event.
        User = "user",
    }
}

model! {
    /// An entry of an audit log: an event in an account.
    pub struct AuditLog {
        /// Account in which the event occurred.
        pub account_id: AccountId,
        /// Type of the event.
        pub event_type: AuditLogEventType,
        /// Time of the event. Text, because the service does not document the format.
        pub inserted_at: String,
        /// IP address that the event was caused from.
        pub ip_address: String,
        /// Project in which the event occurred. Absent for events outside of projects.
        pub project_id: Option<ProjectId>,
        /// Id of the resource that the event is about.
        pub resource_id: String,
        /// Type of the resource that the event is about.
        pub resource_type: AuditLogResourceType,
        /// User who caused the event. Present only if [`AuditLogInclude::User`] is requested.
        pub user: Option<User>,
        /// Id of the user who caused the event. Absent for events without a user.
        pub user_id: Option<UserId>,
        /// Workspace in which the event occurred. Absent for events outside of workspaces.
        pub workspace_id: Option<WorkspaceId>,
    }
}
response_types! { AuditLog: page }

model! {
    /// Filters of an audit log. An entry is listed if it matches every filter that is set.
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
        /// Type of the event.
        pub event_type: Option<AuditLogEventType>,
        /// First day to list, as `YYYY-MM-DD`.
        pub from_date: Option<String>,
        /// IP address that the event was caused from.
        pub ip_address: Option<String>,
        /// Project in which the event occurred.
        pub project_id: Option<ProjectId>,
        /// Id of the resource that the event is about.
        pub resource_id: Option<String>,
        /// Type of the resource that the event is about.
        pub resource_type: Option<AuditLogResourceType>,
        /// Last day to list, as `YYYY-MM-DD`.
        pub to_date: Option<String>,
        /// User who caused the event.
        pub user_id: Option<UserId>,
        /// Workspace in which the event occurred.
        pub workspace_id: Option<WorkspaceId>,
    }
}

impl AuditLogFilters {
    /// Creates filters that match all entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists events of this type only.
    #[must_use]
    pub fn event_type(mut self, event_type: impl Into<AuditLogEventType>) -> Self {
        self.event_type = Some(event_type.into());
        self
    }

    /// Lists events on this day and later.
    #[must_use]
    pub fn from_date(mut self, date: Date) -> Self {
        self.from_date = Some(date.to_string());
        self
    }

    /// Lists events that were caused from this IP address.
    #[must_use]
    pub fn ip_address(mut self, ip_address: impl Into<String>) -> Self {
        self.ip_address = Some(ip_address.into());
        self
    }

    /// Lists events in this project.
    #[must_use]
    pub fn project_id(mut self, project_id: impl Into<ProjectId>) -> Self {
        self.project_id = Some(project_id.into());
        self
    }

    /// Lists events about the resource with this id.
    #[must_use]
    pub fn resource_id(mut self, resource_id: impl Into<String>) -> Self {
        self.resource_id = Some(resource_id.into());
        self
    }

    /// Lists events about resources of this type.
    #[must_use]
    pub fn resource_type(mut self, resource_type: impl Into<AuditLogResourceType>) -> Self {
        self.resource_type = Some(resource_type.into());
        self
    }

    /// Lists events on this day and earlier.
    #[must_use]
    pub fn to_date(mut self, date: Date) -> Self {
        self.to_date = Some(date.to_string());
        self
    }

    /// Lists events that this user caused.
    #[must_use]
    pub fn user_id(mut self, user_id: impl Into<UserId>) -> Self {
        self.user_id = Some(user_id.into());
        self
    }

    /// Lists events in this workspace.
    #[must_use]
    pub fn workspace_id(mut self, workspace_id: impl Into<WorkspaceId>) -> Self {
        self.workspace_id = Some(workspace_id.into());
        self
    }
}

/// Adds a pair for each filter, such as `filters[event_type]=share_viewed`.
impl QueryValue for AuditLogFilters {
    /// Writes nothing: an object has no value without its fields.
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
