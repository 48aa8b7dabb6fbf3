use frameio_api::experimental::users::{ListMemberships, ShowAccountUser};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ShowAccountUser>(), case::<ListMemberships>()],
        tolerated: vec![
            ("ProjectMembership", "role", "a membership of a group has none"),
            ("WorkspaceMembership", "role", "a membership of a group has none"),
        ],
        ..Resource::default()
    }
}
