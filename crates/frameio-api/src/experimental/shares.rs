//! Experimental additions to operations on shares.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::shares::ShareInclude;
//! use frameio::shares::ShowShare;
//!
//! let share = ShowShare::new("account", "share").include([ShareInclude::VisibleFieldDefinitions]);
//! for definition in client.send(share).await?.visible_field_definitions.unwrap_or_default() {
//!     println!("{}", definition.name);
//! }
//! # Ok(())
//! # }
//! ```

use frameio_core::open_enum;

open_enum! {
    /// Related resources to include in responses about shares.
    pub enum ShareInclude {
        /// Definition of the metadata field that is featured.
        FeaturedFieldDefinition = "featured_field_definition",
        /// Definitions of the metadata fields that are visible.
        VisibleFieldDefinitions = "visible_field_definitions",
    }
}
