//! Metadata: the values of an asset's fields.

mod input;
mod value;

use frameio_core::{
    AccountId, Endpoint, Extra, FieldDefinitionId, FileId, GroupId, Operation, ProjectId, UserId,
    id, model, open_enum, response_types,
};

pub use input::{MetadataChange, MetadataInput};
pub use value::MetadataValue;

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[ShowMetadata::OPERATION, BulkUpdateMetadata::OPERATION];

/// Shows the metadata of a file.
///
/// Returns the [`FileMetadata`].
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::metadata::ShowMetadata;
///
/// for field in client.send(ShowMetadata::new("account", "file")).await?.metadata {
///     println!("{}: {:?}", field.field_definition_name, field.value);
/// }
/// # Ok(())
/// # }
/// ```
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
    /// File to show.
    #[endpoint(path)]
    pub file_id: FileId,
    /// Whether to include fields without a value. Default: chosen by the service.
    #[endpoint(query)]
    pub show_null: Option<bool>,
}

/// Sets the same metadata values on several files of a project.
///
/// Returns no content.
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
    /// Files to change. 1 to 100.
    #[endpoint(body, items = 1..=100)]
    pub file_ids: Vec<FileId>,
    /// Values to set on each file, 1 to 100.
    #[endpoint(body, items = 1..=100)]
    pub values: Vec<MetadataChange>,
}

model! {
    /// The metadata of a file.
    pub struct FileMetadata {
        /// The file's id.
        pub file_id: FileId,
        /// Its fields, with their values.
        pub metadata: Vec<MetadataField>,
    }
}
response_types! { FileMetadata: one }

open_enum! {
    /// The kinds of metadata fields.
    pub enum MetadataFieldType {
        /// A date.
        Date = "date",
        /// A text of many lines.
        LongText = "long_text",
        /// A number.
        Number = "number",
        /// A number of stars.
        Rating = "rating",
        /// One of several options.
        Select = "select",
        /// Some of several options.
        SelectMulti = "select_multi",
        /// A text of one line.
        Text = "text",
        /// Yes or no.
        Toggle = "toggle",
        /// Some users or groups.
        UserMulti = "user_multi",
        /// One user or group.
        UserSingle = "user_single",
        /// Users or groups.
        Users = "users",
    }
}

model! {
    /// A metadata field of an asset, with its value.
    pub struct MetadataField {
        /// The definition of the field.
        pub field_definition_id: FieldDefinitionId,
        /// What the field is called.
        pub field_definition_name: String,
        /// The kind of the field.
        pub field_type: MetadataFieldType,
        /// Whether the value can be changed.
        pub mutable: bool,
        /// The value; none if it is not set.
        pub value: Option<MetadataValue>,
        /// The options of a select field.
        pub field_options: Option<Vec<SelectOption>>,
        /// Who can be chosen in a user field, if not all members of the project.
        pub custom_members: Option<Vec<UserValue>>,
        /// Where those who can be chosen in a user field come from.
        pub member_options_type: Option<MemberOptionsType>,
    }
}

id! {
    /// Identifies an option of a select field; it is not what the option is called.
    pub struct SelectOptionId;
}

model! {
    /// An option of a select field.
    pub struct SelectOption {
        /// The option's id.
        pub id: SelectOptionId,
        /// What it is called.
        pub display_name: String,
    }
}

model! {
    /// A user or a group, as a value of a user field.
    pub struct UserValue {
        /// The id of the user or group.
        pub id: String,
        /// Which of the two it is.
        pub kind = "type": UserValueType,
    }
}

impl UserValue {
    /// A user.
    pub fn user(id: impl Into<UserId>) -> Self {
        Self { id: id.into().into(), kind: UserValueType::User, extra: Extra::new() }
    }

    /// A group of users of the account.
    pub fn group(id: impl Into<GroupId>) -> Self {
        Self { id: id.into().into(), kind: UserValueType::AccountUserGroup, extra: Extra::new() }
    }
}

open_enum! {
    /// What a value of a user field is.
    pub enum UserValueType {
        /// A user.
        User = "user",
        /// A group of users of the account.
        AccountUserGroup = "account_user_group",
    }
}

open_enum! {
    /// Where those who can be chosen in a user field come from.
    pub enum MemberOptionsType {
        /// A list of its own.
        Custom = "custom",
        /// All members of the project.
        AllProjectMembers = "all_project_members",
    }
}
