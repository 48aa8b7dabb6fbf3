use frameio_api::experimental::metadata::UpdateMetadata;

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource { cases: vec![case::<UpdateMetadata>()], ..Resource::default() }
}
