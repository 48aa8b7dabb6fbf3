use frameio_api::users::ShowCurrentUser;

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource { cases: vec![case::<ShowCurrentUser>()], ..Resource::default() }
}
