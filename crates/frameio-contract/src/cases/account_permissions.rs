use frameio_api::account_permissions::UpdateAccountUserRole;
use frameio_api::permissions::{AccountRole, AssignableAccountRole};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<UpdateAccountUserRole>()],
        enums: known![AccountRole, AssignableAccountRole],
        ..Resource::default()
    }
}
