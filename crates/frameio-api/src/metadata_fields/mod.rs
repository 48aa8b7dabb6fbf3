//! Metadata fields: their definitions, which belong to an account.
//!
//! [`metadata`](crate::metadata) contains the values of the fields.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::metadata_fields::ListFieldDefinitions;
//!
//! let mut definitions = client.items(ListFieldDefinitions::new("account"));
//! while let Some(definition) = definitions.next().await {
//!     let definition = definition?;
//!     println!("{}: {} ({})", definition.id, definition.name, definition.kind.field_type());
//! }
//! # Ok(())
//! # }
//! ```

mod configuration;
mod definition;
mod filters;
mod kind;
mod members;
#[cfg(test)]
mod tests;
mod update;

use frameio_core::{
    AccountId, Cursor, Endpoint, Extra, FieldDefinitionId, Operation, Page, UserId, open_enum,
};
use jiff::Timestamp;

use crate::users::User;

pub use configuration::{
    DateConfiguration, DateConfigurationUpdate, DateFormat, FieldOption, NumberConfiguration,
    NumberConfigurationUpdate, NumberFormat, RatingConfiguration, RatingConfigurationUpdate,
    RatingStyle, SelectConfiguration, SelectConfigurationUpdate, TextConfiguration, TimeFormat,
    ToggleConfiguration, ToggleConfigurationUpdate,
};
pub use filters::FieldDefinitionFilters;
pub use kind::{FieldKind, NewFieldDefinition};
pub use members::{MemberOptions, UserConfiguration};
pub use update::{FieldDefinitionUpdate, FieldKindUpdate};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[
    DeleteFieldDefinition::OPERATION,
    UpdateFieldDefinition::OPERATION,
    ListFieldDefinitions::OPERATION,
    CreateFieldDefinition::OPERATION,
];

/// Deletes the definition of a metadata field.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/metadata/field_definitions/{field_definition_id}",
    id = "metadata_fields.metadata_field_definitions_delete", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct DeleteFieldDefinition {
    /// Account that owns the field definition.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Definition to delete.
    #[endpoint(path)]
    pub field_definition_id: FieldDefinitionId,
}

/// Updates the definition of a metadata field.
///
/// Returns the updated [`FieldDefinition`].
///
/// ```
/// use frameio_api::metadata_fields::{
///     FieldDefinitionUpdate, FieldKindUpdate, SelectConfigurationUpdate, UpdateFieldDefinition,
/// };
///
/// let options = SelectConfigurationUpdate::new().options(["Drama", "Comedy", "Documentary"]);
/// let update = FieldDefinitionUpdate::new(FieldKindUpdate::Select(options.into()));
/// let update = UpdateFieldDefinition::new("account", "definition", update);
/// # assert!(frameio_core::encode(&update).is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/metadata/field_definitions/{field_definition_id}",
    id = "metadata_fields.metadata_field_definitions_update", response = FieldDefinition,
    quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateFieldDefinition {
    /// Account that owns the field definition.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Definition to change.
    #[endpoint(path)]
    pub field_definition_id: FieldDefinitionId,
    /// Changes to the definition.
    #[endpoint(whole_body)]
    pub update: FieldDefinitionUpdate,
}

/// Lists the definitions of the metadata fields of an account.
///
/// Returns pages of [`FieldDefinition`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/metadata/field_definitions",
    id = "metadata_fields.metadata_field_definitions_index", response = Page<FieldDefinition>,
    quota = "100/min",
)]
#[non_exhaustive]
pub struct ListFieldDefinitions {
    /// Account whose field definitions are listed.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<FieldDefinitionInclude>,
    /// Definitions to exclude. Default: none.
    #[endpoint(query)]
    pub filters: Option<FieldDefinitionFilters>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<FieldDefinitionSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Creates a metadata field in an account.
///
/// Returns its [`FieldDefinition`].
///
/// ```
/// use frameio_api::metadata_fields::{
///     CreateFieldDefinition, FieldKind, NewFieldDefinition, SelectConfiguration,
/// };
///
/// let genre = FieldKind::Select(SelectConfiguration::new(["Drama", "Comedy"]).enable_add_new(false));
/// let create = CreateFieldDefinition::new("account", NewFieldDefinition::new("Genre", genre));
/// # assert!(frameio_core::encode(&create).is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/metadata/field_definitions",
    id = "metadata_fields.metadata_field_definitions_create", response = FieldDefinition,
    quota = "10/min",
)]
#[non_exhaustive]
pub struct CreateFieldDefinition {
    /// Account in which to create the field definition.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Definition to create.
    #[endpoint(whole_body)]
    pub definition: NewFieldDefinition,
}

open_enum! {
    /// Related resources to include in responses about field definitions.
    pub enum FieldDefinitionInclude {
        /// User who created the definition.
        Creator = "creator",
    }
}

open_enum! {
    /// Sort order of field definitions.
    pub enum FieldDefinitionSort {
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
        /// By creation time, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By creation time, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

/// The definition of a metadata field.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FieldDefinition {
    /// Id of the definition.
    pub id: FieldDefinitionId,
    /// Name of the field, 1 to 250 characters.
    pub name: String,
    /// Type of the field, with its configuration.
    pub kind: FieldKind,
    /// Whether values of the field can be changed.
    pub mutable: bool,
    /// User who created the definition.
    pub creator_id: UserId,
    /// User who created the definition. Present only if [`FieldDefinitionInclude::Creator`] is
    /// requested.
    pub creator: Option<Box<User>>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
    /// Fields that this version does not know.
    pub extra: Extra,
}
