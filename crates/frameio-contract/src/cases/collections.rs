use frameio_api::collections::{CollectionAggregationMode, ListCollections, ShowCollection};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ListCollections>(), case::<ShowCollection>()],
        enums: known![CollectionAggregationMode],
        ..Resource::default()
    }
}
