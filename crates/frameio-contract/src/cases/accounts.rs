use frameio_api::accounts::{
    AccountRole, AuditLogEventType, AuditLogResourceType, ListAccounts, ListAuditLogs,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ListAccounts>(), case::<ListAuditLogs>()],
        enums: known![AccountRole, AuditLogEventType, AuditLogResourceType],
        ..Resource::default()
    }
}
