use frameio_api::users::{ListAccountUsers, ShowCurrentUser};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ShowCurrentUser>(), case::<ListAccountUsers>()],
        ..Resource::default()
    }
}
