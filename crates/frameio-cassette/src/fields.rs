//! Fields whose values are kept, and kinds of replacements by the name of a field.

/// Kind of replacement for the text of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// Token, passphrase, key or signature.
    Secret,
    Id,
    Name,
    Cursor,
    /// Documented word, such as a status, which is kept.
    Word,
    /// Media type or codec, which is kept.
    MediaType,
    /// Name of a metadata field; those of the service are kept.
    MetadataField,
    /// Pointer into a request, which is kept.
    Pointer,
    /// Everything else.
    Text,
}

/// Fields of the contract with enums or constants. A test compares the list with the documents.
pub(crate) const WORDS: &[&str] = &[
    "access",
    "aggregation_mode",
    "card_aspect_ratio",
    "card_size",
    "copy_comments",
    "custom_members_type",
    "direction",
    "display_format",
    "engine",
    "event_type",
    "events",
    "field_type",
    "font_size",
    "include",
    "layout",
    "list_row_size",
    "member_options_type",
    "number_format",
    "position",
    "position_reference_point",
    "reel_card_aspect_ratio",
    "resource_type",
    "role",
    "roles",
    "scroll_text",
    "sort",
    "source",
    "status",
    "style",
    "sync_status",
    "text_alignment",
    "text_review_annotation_type",
    "theme",
    "thumbnail_scale",
    "time_format",
    "type",
];

const MEDIA_TYPES: &[&str] =
    &["codec", "color_space", "dynamic_range", "file_type", "filetype", "format", "media_type"];

const SECRETS: &[&str] = &[
    "authorization",
    "client_secret",
    "code",
    "cookie",
    "key",
    "passphrase",
    "password",
    "secret",
    "set-cookie",
    "signature",
];

const NAMES: &[&str] = &["display_name", "name", "query", "source_filename", "title"];

/// Metadata fields that every account has.
pub(crate) const METADATA_FIELDS: &[&str] = &[
    "Comment Count",
    "Date Uploaded",
    "Duration",
    "File Size",
    "Frame Rate",
    "Keywords",
    "Notes",
    "Rating",
    "Resolution",
    "Source Timecode",
    "Start Timecode",
    "Status",
    "Uploader",
];

/// Segments of routes of the API and of links to the web application.
pub(crate) const SEGMENTS: &[&str] = &[
    "accounts",
    "actions",
    "activities",
    "adobe_groups",
    "assets",
    "attachments",
    "audit_logs",
    "bulk_get",
    "children",
    "collections",
    "comments",
    "copy",
    "field_definitions",
    "files",
    "folder",
    "folders",
    "groups",
    "import",
    "invited_projects",
    "local_upload",
    "me",
    "memberships",
    "metadata",
    "move",
    "project",
    "projects",
    "recently_deleted",
    "remote_upload",
    "restore",
    "reviewers",
    "search",
    "session_watermark_templates",
    "share",
    "shares",
    "status",
    "users",
    "v4",
    "values",
    "version_stacks",
    "versions",
    "view",
    "webhooks",
    "workspace",
    "workspaces",
];

/// Query parameters with documented words, numbers and switches.
const QUERY_WORDS: &[&str] = &[
    "include",
    "include_deactivated",
    "include_total_count",
    "page_size",
    "show_null",
    "sort",
    "timestamp_as_timecode",
    "type",
];

/// Extensions of file names that are kept.
pub(crate) const EXTENSIONS: &[&str] = &[
    "aif", "avi", "csv", "dng", "exr", "gif", "jpeg", "jpg", "m4v", "mkv", "mov", "mp3", "mp4",
    "mxf", "pdf", "png", "psd", "r3d", "rs", "srt", "tif", "txt", "wav", "webm", "zip",
];

impl FieldKind {
    /// Returns the kind of a field.
    pub(crate) fn of(field: &str) -> Self {
        if SECRETS.contains(&field) || field.ends_with("token") || field.ends_with("_secret") {
            Self::Secret
        } else if field == "id" || field.ends_with("_id") || field.ends_with("_ids") {
            Self::Id
        } else if NAMES.contains(&field) {
            Self::Name
        } else if field == "after" {
            Self::Cursor
        } else if WORDS.contains(&field) {
            Self::Word
        } else if MEDIA_TYPES.contains(&field) {
            Self::MediaType
        } else if field == "field_definition_name" {
            Self::MetadataField
        } else if field == "pointer" {
            Self::Pointer
        } else {
            Self::Text
        }
    }
}

/// Returns whether the value of a query parameter is documented and can be kept.
pub(crate) fn is_plain_parameter(name: &str, value: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.,-".contains(&byte);
    matches!(value, "true" | "false")
        || QUERY_WORDS.contains(&name) && value.len() <= 400 && value.bytes().all(is_plain)
}

/// Returns the part of a parameter such as `filters[project_id]` that names a field.
pub(crate) fn field_of(parameter: &str) -> &str {
    let inner = parameter.split_once('[').and_then(|(_, inner)| inner.strip_suffix(']'));
    inner.unwrap_or(parameter)
}
