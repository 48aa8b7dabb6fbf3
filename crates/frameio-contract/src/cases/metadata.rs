use frameio_api::metadata::{
    BulkUpdateMetadata, MemberOptionsType, MetadataFieldType, ShowMetadata, UserValueType,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ShowMetadata>(), case::<BulkUpdateMetadata>()],
        enums: known![MetadataFieldType, MemberOptionsType, UserValueType],
        ..Resource::default()
    }
}
