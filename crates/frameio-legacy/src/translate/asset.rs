//! Files, folders and version stacks, which the legacy API called assets.

use frameio_api::assets::DeletedAsset;
use frameio_api::files::{File, FileStatus};
use frameio_api::folders::Folder;
use frameio_api::media_links::{MediaLinks, RenditionLink};
use frameio_api::version_stacks::VersionStack;
use frameio_core::{AccountId, SignedUrl};
use serde_json::{Value, json};

use super::people::{optional_id, optional_user};
use super::{account, extend, fill, metadata, optional_time, time};

/// What is known of an asset in addition to the V4 resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Team of the asset.
    pub(crate) team: Option<String>,
    /// Number of comments of a file. Scripts skip files with 0, so unknown is null.
    pub(crate) comment_count: Option<u64>,
    /// Number of items of a folder, or versions of a stack.
    pub(crate) item_count: Option<u64>,
    /// Whether links to the original were refused.
    pub(crate) original_refused: bool,
    /// Whether it is the root folder of its project.
    pub(crate) is_root: bool,
}

/// Keys of the legacy API without a value in V4.
const ABSENT: &[&str] = &[
    "archive_from",
    "archive_scheduled_at",
    "archive_status",
    "archived_at",
    "audio_tracks",
    "autoversion_id",
    "description",
    "drm",
    "hard_deleted_at",
    "metadata_flags",
    "page_full",
    "page_high",
    "page_small",
    "page_thumb",
    "properties",
    "rating",
    "realtime_upload",
    "required_transcodes",
    "resource_id",
    "source",
    "subtitle_tracks",
    "transcode_statuses",
    "transcodes",
    "upload_failed_at",
    "waveform",
];

const RENDITIONS: &[&str] = &[
    "h264_1080_best",
    "h264_2160",
    "h264_360",
    "h264_540",
    "h264_720",
    "hls_manifest",
    "image_full",
    "image_high",
    "image_small",
    "cover",
    "thumb",
    "thumb_540",
    "thumb_orig_ar_540",
    "thumb_scrub",
    "video_h264_180",
];

pub(crate) fn file(file: &File, account: &AccountId, facts: &Facts) -> Value {
    let fields = file.metadata.as_deref();
    let complete = file.status != FileStatus::Created;
    let mut value = json!({
        "_type": "file",
        "type": "file",
        "id": file.id,
        "name": file.name,
        "parent_id": file.parent_id,
        "project_id": file.project_id,
        "creator_id": optional_id(file.creator.as_deref()),
        "creator": optional_user(file.creator.as_deref(), account),
        "filesize": file.file_size,
        "filetype": media_type(file),
        "asset_type": if complete { asset_type(&media_type(file)) } else { Value::Null },
        "status": file.status,
        "label": metadata::label(fields).unwrap_or("none"),
        "inserted_at": time(file.created_at),
        "updated_at": time(file.updated_at),
        "uploaded_at": time(file.created_at),
        "upload_completed_at": optional_time(complete.then_some(file.updated_at)),
        "transcoded_at":
            optional_time((file.status == FileStatus::Transcoded).then_some(file.updated_at)),
        "fps": metadata::number(fields, "Frame Rate"),
        "duration": metadata::number(fields, "Duration"),
        "frames": frames(fields),
        "timecode": metadata::text(fields, "Timecode Start"),
        "comment_count": facts.comment_count,
        "item_count": 0,
        "public_item_count": 0,
        "versions": 0,
        "cover_asset_id": null,
        "is_session_watermarked": facts.original_refused,
        "checksums": null,
    });
    if let Some(project) = &file.project {
        value["project"] = account::project(project, account);
    }
    add_links(&mut value, file);
    common(&mut value, account, facts);
    value
}

pub(crate) fn folder(folder: &Folder, account: &AccountId, facts: &Facts) -> Value {
    let mut value = json!({
        "_type": "folder",
        "type": "folder",
        "id": folder.id,
        "name": if facts.is_root { "root" } else { folder.name.as_str() },
        "parent_id": folder.parent_id,
        "project_id": folder.project_id,
        "creator_id": optional_id(folder.creator.as_deref()),
        "creator": optional_user(folder.creator.as_deref(), account),
        "item_count": facts.item_count,
        "public_item_count": facts.item_count,
        "private": folder.restricted.unwrap_or(false),
        "cover_asset_id": folder.cover_file_id,
        "inserted_at": time(folder.created_at),
        "updated_at": time(folder.updated_at),
    });
    if let Some(project) = &folder.project {
        value["project"] = account::project(project, account);
    }
    container(&mut value);
    common(&mut value, account, facts);
    value
}

pub(crate) fn version_stack(stack: &VersionStack, account: &AccountId, facts: &Facts) -> Value {
    let mut value = json!({
        "_type": "version_stack",
        "type": "version_stack",
        "id": stack.id,
        "name": stack.name,
        "parent_id": stack.parent_id,
        "project_id": stack.project_id,
        "creator_id": optional_id(stack.creator.as_deref()),
        "creator": optional_user(stack.creator.as_deref(), account),
        "item_count": facts.item_count,
        "public_item_count": facts.item_count,
        "versions": facts.item_count,
        "cover_asset_id": null,
        "cover_asset": null,
        "inserted_at": time(stack.created_at),
        "updated_at": time(stack.updated_at),
    });
    if let Some(head) = &stack.head_version {
        let head_facts = Facts { item_count: None, ..facts.clone() };
        let cover = file(head, account, &head_facts);
        for key in ["filesize", "label", "fps", "duration", "frames", "comment_count"] {
            value[key] = cover[key].clone();
        }
        value["cover_asset_id"] = cover["id"].clone();
        value["cover_asset"] = cover;
    }
    if let Some(project) = &stack.project {
        value["project"] = account::project(project, account);
    }
    container(&mut value);
    common(&mut value, account, facts);
    value
}

pub(crate) fn deleted(asset: &DeletedAsset, account: &AccountId, team: Option<String>) -> Value {
    let facts = Facts { team, ..Facts::default() };
    let (project, parent, created, updated) = match asset {
        DeletedAsset::File(it) => (
            Some(&it.project_id),
            it.parent_id.as_ref().map(|id| id.as_str()),
            Some(it.created_at),
            Some(it.updated_at),
        ),
        DeletedAsset::Folder(it) => (
            Some(&it.project_id),
            it.parent_id.as_ref().map(|id| id.as_str()),
            Some(it.created_at),
            Some(it.updated_at),
        ),
        DeletedAsset::VersionStack(it) => (
            Some(&it.project_id),
            it.parent_id.as_ref().map(|id| id.as_str()),
            Some(it.created_at),
            Some(it.updated_at),
        ),
        _ => (None, None, None, None),
    };
    let mut value = json!({
        "_type": asset.kind(),
        "type": asset.kind(),
        "id": asset.id(),
        "name": asset.name(),
        "parent_id": parent,
        "project_id": project,
        "inserted_at": optional_time(created),
        "updated_at": optional_time(updated),
        "uploaded_at": null,
        "deleted_at": optional_time(asset.deleted_at()),
        "creator_id": null,
        "creator": null,
    });
    if let DeletedAsset::File(it) = asset {
        let media_type = it.media_type.as_deref();
        let complete = it.status != FileStatus::Created;
        extend(
            &mut value,
            json!({
                "filesize": it.file_size,
                "filetype": media_type.map_or_else(|| guess(&it.name), str::to_owned),
                "asset_type": media_type.map_or(Value::Null, asset_type),
                "status": it.status,
                "uploaded_at": time(it.created_at),
                "upload_completed_at": optional_time(complete.then_some(it.updated_at)),
                "transcoded_at": null,
                "comment_count": null,
                "item_count": 0,
                "public_item_count": 0,
                "downloads": {},
            }),
        );
        fill(&mut value, RENDITIONS, &Value::Null);
    }
    container(&mut value);
    common(&mut value, account, &facts);
    value
}

/// Keys that folders and stacks have for files' sake.
fn container(value: &mut Value) {
    let files = json!({
        "filesize": 0, "filetype": null, "asset_type": null, "label": "none", "comment_count": 0,
        "fps": null, "duration": null, "frames": 0, "uploaded_at": null,
        "is_session_watermarked": false, "checksums": null, "timecode": null, "versions": 0,
        "item_count": null, "public_item_count": null, "cover_asset_id": null, "private": false,
    });
    if let Value::Object(files) = files {
        for (key, default) in files {
            fill(value, &[&key], &default);
        }
    }
}

fn common(value: &mut Value, account: &AccountId, facts: &Facts) {
    fill(value, &["account_id"], &account.as_str().into());
    fill(value, &["team_id"], &facts.team.as_deref().into());
    fill(value, &["deleted_at"], &Value::Null);
    fill(value, ABSENT, &Value::Null);
    let flags = [
        "allow_original_playback",
        "copy",
        "is_360",
        "is_forensically_watermarked",
        "is_hls_required",
        "private",
        "shared",
    ];
    fill(value, &flags, &false.into());
    fill(value, &["index", "view_count"], &0.into());
    fill(value, &["user_permissions", "metadata"], &json!({}));
}

/// Media type of a file; by the extension where V4 does not know it yet.
pub(crate) fn media_type(file: &File) -> String {
    file.media_type.clone().unwrap_or_else(|| guess(&file.name))
}

fn guess(name: &str) -> String {
    mime_guess::from_path(name).first_or_octet_stream().to_string()
}

fn asset_type(media_type: &str) -> Value {
    match media_type.split('/').next() {
        Some("video" | "audio") => "stream".into(),
        Some("image") => "image".into(),
        _ => "document".into(),
    }
}

fn frames(fields: Option<&[frameio_api::metadata::MetadataField]>) -> Value {
    let rate = metadata::number(fields, "Frame Rate").as_f64();
    let duration = metadata::number(fields, "Duration").as_f64();
    match rate.zip(duration).map(|(rate, duration)| (rate * duration).round()) {
        Some(frames) if (0.0..9e15).contains(&frames) => {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
            let frames = frames as u64;
            frames.into()
        }
        _ => 0.into(),
    }
}

/// Adds the links to a file and its renditions.
///
/// The resolutions of V4's renditions are not documented: `high_quality` stands for 1080 and 720
/// lines, `efficient` for 540 and 360.
fn add_links(value: &mut Value, file: &File) {
    let links = file.media_links.as_deref();
    let of = |link: fn(&MediaLinks) -> Option<&RenditionLink>| {
        let link = links.and_then(link);
        let url = link.and_then(|it| it.url.as_ref().or(it.download_url.as_ref()));
        url_value(url)
    };
    let high = of(|links| links.high_quality.as_ref());
    let efficient = of(|links| links.efficient.as_ref());
    let (small, large) =
        (of(|links| links.thumbnail.as_ref()), of(|links| links.thumbnail_high_quality.as_ref()));
    let scrub = links.and_then(|links| links.scrub_sheet.as_ref());
    let scrub = url_value(scrub.and_then(|it| it.url.as_ref().or(it.download_url.as_ref())));
    let original = links.and_then(|links| links.original.as_ref());
    let original = url_value(original.and_then(|it| it.download_url.as_ref()));
    let is_image = media_type(file).starts_with("image/");
    let image_high = if is_image { original.clone() } else { Value::Null };
    let image_full = if is_image { large.clone() } else { Value::Null };
    let urls = json!({
        "h264_1080_best": high, "h264_720": high, "h264_540": efficient, "h264_360": efficient,
        "h264_2160": null,
        "video_h264_180": of(|links| links.video_h264_180.as_ref()),
        "thumb": small, "thumb_540": large, "thumb_orig_ar_540": large, "thumb_scrub": scrub,
        "cover": large, "image_small": small, "image_full": image_full, "image_high": image_high,
    });
    let download = |key: &str| urls.get(key).cloned().unwrap_or_default();
    let keys = ["h264_360", "h264_540", "h264_720", "h264_1080_best", "h264_2160"];
    let keys = keys.into_iter().chain(["image_full", "image_high", "image_small"]);
    let downloads: serde_json::Map<_, _> =
        keys.map(|key| (key.to_owned(), download(key))).collect();
    value["downloads"] = downloads.into();
    // A missing key means "not allowed" to the official client, and null would be downloaded.
    if !original.is_null() {
        value["original"] = original;
    }
    extend(value, urls);
    fill(value, RENDITIONS, &Value::Null);
}

fn url_value(url: Option<&SignedUrl>) -> Value {
    url.map(SignedUrl::as_str).into()
}
