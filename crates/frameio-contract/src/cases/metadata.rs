use frameio_api::metadata::{MemberOptionsType, MetadataFieldType, UserValueType};

use crate::case::{Resource, known};

pub(super) fn resource() -> Resource {
    Resource {
        enums: known![MetadataFieldType, MemberOptionsType, UserValueType],
        ..Resource::default()
    }
}
