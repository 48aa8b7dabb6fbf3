//! Experimental operations on metadata fields.

use frameio_core::{AccountId, FieldDefinitionId, endpoints};

use crate::metadata_fields::{FieldDefinition, FieldDefinitionInclude};

endpoints! {
    /// Shows the definition of a metadata field.
    pub struct ShowFieldDefinition {
        path {
            /// Account that has it.
            account_id: AccountId,
            /// Definition to show.
            field_definition_id: FieldDefinitionId,
        }
        query {
            /// What the answer holds besides.
            include: FieldDefinitionInclude,
        }
    }
    "metadata_fields.metadata_field_definitions_show" = GET "/v4/accounts/{account_id}/metadata/field_definitions/{field_definition_id}"
        -> FieldDefinition, 60 per minute, api_version("experimental");
}
