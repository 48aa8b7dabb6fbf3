//! Experimental operations on metadata fields.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::metadata_fields::ShowFieldDefinition;
//!
//! let definition = client.send(ShowFieldDefinition::new("account", "definition")).await?;
//! println!("{}: {}", definition.name, definition.kind.field_type());
//! # Ok(())
//! # }
//! ```

use frameio_core::{AccountId, Endpoint, FieldDefinitionId, Operation};

use crate::metadata_fields::{FieldDefinition, FieldDefinitionInclude};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[ShowFieldDefinition::OPERATION];

/// Shows the definition of a metadata field.
///
/// Returns the [`FieldDefinition`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/metadata/field_definitions/{field_definition_id}",
    id = "metadata_fields.metadata_field_definitions_show", response = FieldDefinition,
    quota = "60/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct ShowFieldDefinition {
    /// Account that owns the field definition.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Definition to show.
    #[endpoint(path)]
    pub field_definition_id: FieldDefinitionId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<FieldDefinitionInclude>,
}
