use frameio_api::accounts::{AccountRole, ListAccounts};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ListAccounts>()],
        enums: known![AccountRole],
        ..Resource::default()
    }
}
