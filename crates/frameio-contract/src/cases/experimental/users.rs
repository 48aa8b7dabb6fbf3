use frameio_api::experimental::users::{ListUserMemberships, ShowAccountUser};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ShowAccountUser>(), case::<ListUserMemberships>()],
        ..Resource::default()
    }
}
