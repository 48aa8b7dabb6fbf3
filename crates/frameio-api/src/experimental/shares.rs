//! Experimental additions to operations on shares.

use frameio_core::open_enum;

open_enum! {
    /// Related resources to include in responses about shares.
    pub enum ShareInclude {
        /// Definition of the metadata field that stands out.
        FeaturedFieldDefinition = "featured_field_definition",
        /// Definitions of the metadata fields that are shown.
        VisibleFieldDefinitions = "visible_field_definitions",
    }
}
