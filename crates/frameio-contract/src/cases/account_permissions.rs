use frameio_api::account_permissions::UpdateAccountUserRole;
use frameio_api::permissions::GivenAccountRole;

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<UpdateAccountUserRole>()],
        enums: known![GivenAccountRole],
        ..Resource::default()
    }
}
