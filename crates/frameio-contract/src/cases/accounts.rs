use frameio_api::accounts::{AuditLogEventType, AuditLogResourceType, ListAccounts, ListAuditLogs};
use frameio_api::permissions::AccountRole;

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ListAccounts>(), case::<ListAuditLogs>()],
        enums: known![AccountRole, AuditLogEventType, AuditLogResourceType],
        ..Resource::default()
    }
}
