use frameio_api::permissions::HeldAccountRole;
use frameio_api::users::{ListAccountUsers, ShowCurrentUser};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ShowCurrentUser>(), case::<ListAccountUsers>()],
        enums: known![HeldAccountRole],
        ..Resource::default()
    }
}
