//! Metadata: the values of the metadata fields of an asset.
//!
//! [`metadata_fields`](crate::metadata_fields) contains the definitions of the fields.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::metadata::ShowMetadata;
//!
//! for field in client.send(ShowMetadata::new("account", "file")).await?.metadata {
//!     println!("{}: {:?}", field.field_definition_name, field.value);
//! }
//! # Ok(())
//! # }
//! ```

mod input;
mod value;

use frameio_core::{
    AccountId, Endpoint, Extra, FieldDefinitionId, FileId, GroupId, Operation, ProjectId, UserId,
    id, model, open_enum, response_types,
};

pub use input::{MetadataChange, MetadataInput};
pub use value::MetadataValue;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[ShowMetadata::OPERATION, BulkUpdateMetadata::OPERATION];

/// Shows the metadata of a file.
///
/// Returns the [`FileMetadata`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/files/{file_id}/metadata",
    id = "metadata.show", response = FileMetadata, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowMetadata {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File whose metadata is shown.
    #[endpoint(path)]
    pub file_id: FileId,
    /// Whether to include fields without a value. Default: chosen by the service.
    #[endpoint(query)]
    pub show_null: Option<bool>,
}

/// Sets the same metadata values on several files of a project.
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::metadata::{BulkUpdateMetadata, MetadataChange};
///
/// let files = ["file".into(), "other file".into()];
/// let values = [MetadataChange::new("field definition", "Beach")];
/// client.send(BulkUpdateMetadata::new("account", "project", files, values)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/projects/{project_id}/metadata/values",
    id = "metadata.bulk_update", response = (), quota = "10/min",
)]
#[non_exhaustive]
pub struct BulkUpdateMetadata {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project that contains the files.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// Files to change, 1 to 100.
    #[endpoint(body, items = 1..=100)]
    pub file_ids: Vec<FileId>,
    /// Values to set on each file, 1 to 100.
    #[endpoint(body, items = 1..=100)]
    pub values: Vec<MetadataChange>,
}

model! {
    /// The metadata of a file.
    pub struct FileMetadata {
        /// Id of the file.
        pub file_id: FileId,
        /// Metadata fields with their values.
        pub metadata: Vec<MetadataField>,
    }
}
response_types! { FileMetadata: one }

open_enum! {
    /// Type of a metadata field.
    pub enum MetadataFieldType {
        /// A date, with or without a time.
        Date = "date",
        /// A text with several lines.
        LongText = "long_text",
        /// A number.
        Number = "number",
        /// A rating, such as a number of stars.
        Rating = "rating",
        /// One of several options.
        Select = "select",
        /// Any number of several options.
        SelectMulti = "select_multi",
        /// A text with one line.
        Text = "text",
        /// True or false.
        Toggle = "toggle",
        /// Any number of users and groups.
        UserMulti = "user_multi",
        /// One user or group.
        UserSingle = "user_single",
        /// Users and groups. Only in values: no field definition has this type.
        Users = "users",
    }
}

model! {
    /// A metadata field of an asset, with its value.
    pub struct MetadataField {
        /// Definition of the field.
        pub field_definition_id: FieldDefinitionId,
        /// Name of the field.
        pub field_definition_name: String,
        /// Type of the field.
        pub field_type: MetadataFieldType,
        /// Whether the value can be changed.
        pub mutable: bool,
        /// Value. Absent if the field has none.
        pub value: Option<MetadataValue>,
        /// Options of a select field. Absent for other types.
        pub field_options: Option<Vec<SelectOption>>,
        /// Users and groups that can be selected in a user field, if [`MemberOptionsType::Custom`]
        /// applies.
        pub custom_members: Option<Vec<UserValue>>,
        /// Source of the users that can be selected in a user field. Absent for other types.
        pub member_options_type: Option<MemberOptionsType>,
    }
}

id! {
    /// Id of an option of a select field. It differs from the name of the option.
    pub struct SelectOptionId;
}

model! {
    /// An option of a select field.
    pub struct SelectOption {
        /// Id of the option.
        pub id: SelectOptionId,
        /// Name of the option.
        pub display_name: String,
    }
}

model! {
    /// A user or a group, as the value of a user field.
    pub struct UserValue {
        /// Id of the user or group.
        pub id: String,
        /// Whether the id is that of a user or of a group.
        pub kind = "type": UserValueType,
    }
}

impl UserValue {
    /// Selects a user.
    pub fn user(id: impl Into<UserId>) -> Self {
        Self { id: id.into().into(), kind: UserValueType::User, extra: Extra::new() }
    }

    /// Selects a group of users of the account.
    pub fn group(id: impl Into<GroupId>) -> Self {
        Self { id: id.into().into(), kind: UserValueType::AccountUserGroup, extra: Extra::new() }
    }
}

open_enum! {
    /// Type of the value of a user field.
    pub enum UserValueType {
        /// A user.
        User = "user",
        /// A group of users of the account.
        AccountUserGroup = "account_user_group",
    }
}

open_enum! {
    /// Source of the users and groups that can be selected in a user field.
    pub enum MemberOptionsType {
        /// A list of users and groups.
        Custom = "custom",
        /// All members of the project.
        AllProjectMembers = "all_project_members",
    }
}
