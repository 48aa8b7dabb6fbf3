use frameio_api::metadata_fields::{
    CreateFieldDefinition, DateFormat, DeleteFieldDefinition, ListFieldDefinitions, NumberFormat,
    RatingStyle, TimeFormat, UpdateFieldDefinition,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<DeleteFieldDefinition>(),
            case::<UpdateFieldDefinition>(),
            case::<ListFieldDefinitions>(),
            case::<CreateFieldDefinition>(),
        ],
        enums: known![DateFormat, TimeFormat, NumberFormat, RatingStyle],
        ..Resource::default()
    }
}
