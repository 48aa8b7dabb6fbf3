use frameio_api::experimental::folders::RestoreFolder;

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource { cases: vec![case::<RestoreFolder>()], ..Resource::default() }
}
