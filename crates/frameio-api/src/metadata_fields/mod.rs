//! Metadata fields: their definitions, of ten kinds.
//!
//! ```
//! use frameio_api::metadata_fields::{
//!     CreateFieldDefinition, FieldDefinitionUpdate, FieldKind, FieldKindUpdate, NewFieldDefinition,
//!     SelectConfiguration, SelectConfigurationUpdate, UpdateFieldDefinition,
//! };
//!
//! let genre = FieldKind::Select(SelectConfiguration::new(["Drama", "Comedy"]).enable_add_new(false));
//! let create = CreateFieldDefinition::new("account", NewFieldDefinition::new("Genre", genre));
//!
//! let more = SelectConfigurationUpdate::new().options(["Drama", "Comedy", "Documentary"]);
//! let update = FieldDefinitionUpdate::new(FieldKindUpdate::Select(more.into()));
//! let update = UpdateFieldDefinition::new("account", "definition", update);
//! # assert!(frameio_core::encode(&create).is_ok() && frameio_core::encode(&update).is_ok());
//! ```

mod configuration;
mod definition;
mod filters;
mod kind;
mod members;
#[cfg(test)]
mod tests;
mod update;

use frameio_core::{AccountId, Extra, FieldDefinitionId, Page, UserId, endpoints, open_enum};
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

endpoints! {
    /// Deletes the definition of a metadata field.
    pub struct DeleteFieldDefinition {
        path {
            /// Account that has it.
            account_id: AccountId,
            /// Definition to delete.
            field_definition_id: FieldDefinitionId,
        }
    }
    "metadata_fields.metadata_field_definitions_delete" = DELETE "/v4/accounts/{account_id}/metadata/field_definitions/{field_definition_id}" -> (), 60 per minute;

    /// Changes the definition of a metadata field.
    pub struct UpdateFieldDefinition {
        path {
            /// Account that has it.
            account_id: AccountId,
            /// Definition to change.
            field_definition_id: FieldDefinitionId,
        }
        envelope false;
        body {
            /// What to change of it.
            data: FieldDefinitionUpdate,
        }
    }
    "metadata_fields.metadata_field_definitions_update" = PATCH "/v4/accounts/{account_id}/metadata/field_definitions/{field_definition_id}" -> FieldDefinition, 10 per minute;

    /// Lists the definitions of the metadata fields of an account.
    pub struct ListFieldDefinitions {
        path {
            /// Account to look in.
            account_id: AccountId,
        }
        query {
            /// What the answer holds besides.
            include: FieldDefinitionInclude,
            /// Definitions to leave out. Default: none.
            filters: FieldDefinitionFilters,
            /// The order of the list. Default: the service's.
            sort: FieldDefinitionSort,
        }
        page 1..=100;
    }
    "metadata_fields.metadata_field_definitions_index" = GET "/v4/accounts/{account_id}/metadata/field_definitions" -> Page<FieldDefinition>, 100 per minute;

    /// Creates a metadata field in an account.
    pub struct CreateFieldDefinition {
        path {
            /// Account to create it in.
            account_id: AccountId,
        }
        envelope false;
        body {
            /// The definition of the field.
            data: NewFieldDefinition,
        }
    }
    "metadata_fields.metadata_field_definitions_create" = POST "/v4/accounts/{account_id}/metadata/field_definitions" -> FieldDefinition, 10 per minute;
}

open_enum! {
    /// What an answer about field definitions holds besides.
    pub enum FieldDefinitionInclude {
        /// Who created it.
        Creator = "creator",
    }
}

open_enum! {
    /// The order of field definitions.
    pub enum FieldDefinitionSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By time of creation, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By time of creation, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

/// The definition of a metadata field.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FieldDefinition {
    /// The definition's id.
    pub id: FieldDefinitionId,
    /// What the field is called.
    pub name: String,
    /// The kind of the field, with its configuration.
    pub kind: FieldKind,
    /// Whether values of the field can be changed.
    pub mutable: bool,
    /// Who created it.
    pub creator_id: UserId,
    /// Who created it, if included.
    pub creator: Option<Box<User>>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Fields that this version does not know.
    pub extra: Extra,
}
