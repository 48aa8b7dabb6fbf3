use frameio_api::experimental::metadata_fields::ShowFieldDefinition;

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource { cases: vec![case::<ShowFieldDefinition>()], ..Resource::default() }
}
