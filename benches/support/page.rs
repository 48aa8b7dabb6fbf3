//! A page of 100 assets, and plain serde structs for it.
//!
//! The page has files, folders and version stacks in turn, with creator, project and media links;
//! `type` follows most other fields, in alphabetical order. The plain structs have the same fields
//! as ours, and drop unknown ones.
#![allow(dead_code, unreachable_pub, reason = "decoded for the cost of it")]

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub struct PlainPage<T> {
    pub data: Vec<T>,
    pub links: PlainNext,
    total_count: Option<u64>,
}

#[derive(Deserialize)]
pub struct PlainNext {
    pub next: Option<String>,
}

/// The fields of all kinds in one struct, so that decoding does not depend on the kind.
#[derive(Deserialize)]
pub struct PlainAsset {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    adobe_id: Option<String>,
    project_id: String,
    parent_id: Option<String>,
    name: String,
    view_url: String,
    creator: Option<PlainUser>,
    project: Option<PlainProject>,
    created_at: Timestamp,
    updated_at: Timestamp,
    adobe_version_id: Option<String>,
    status: Option<String>,
    file_size: Option<u64>,
    media_type: Option<String>,
    media_links: Option<PlainLinks>,
    cover_file_id: Option<String>,
    restricted: Option<bool>,
    head_version: Option<Box<PlainFile>>,
}

/// One variant for each kind, as an internally tagged enum of serde.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "as serde's users would write it")]
pub enum TaggedAsset {
    File(PlainFile),
    Folder(PlainFolder),
    VersionStack(PlainStack),
}

#[derive(Deserialize)]
pub struct PlainFile {
    id: String,
    adobe_id: Option<String>,
    project_id: String,
    parent_id: Option<String>,
    name: String,
    view_url: String,
    creator: Option<PlainUser>,
    project: Option<PlainProject>,
    created_at: Timestamp,
    updated_at: Timestamp,
    adobe_version_id: Option<String>,
    status: String,
    file_size: u64,
    media_type: Option<String>,
    media_links: Option<PlainLinks>,
}

#[derive(Deserialize)]
pub struct PlainFolder {
    id: String,
    adobe_id: Option<String>,
    project_id: String,
    parent_id: Option<String>,
    name: String,
    view_url: String,
    creator: Option<PlainUser>,
    project: Option<PlainProject>,
    created_at: Timestamp,
    updated_at: Timestamp,
    cover_file_id: Option<String>,
    restricted: Option<bool>,
}

#[derive(Deserialize)]
pub struct PlainStack {
    id: String,
    adobe_id: Option<String>,
    project_id: String,
    parent_id: Option<String>,
    name: String,
    view_url: String,
    creator: Option<PlainUser>,
    project: Option<PlainProject>,
    created_at: Timestamp,
    updated_at: Timestamp,
    head_version: Option<Box<PlainFile>>,
}

#[derive(Deserialize)]
pub struct PlainUser {
    id: Option<String>,
    name: Option<String>,
    email: String,
    avatar_url: Option<String>,
    active: Option<bool>,
    adobe_user_id: Option<String>,
}

#[derive(Deserialize)]
pub struct PlainProject {
    id: String,
    adobe_id: Option<String>,
    workspace_id: String,
    root_folder_id: String,
    name: String,
    description: Option<String>,
    image: Option<String>,
    status: String,
    restricted: Option<bool>,
    storage: u64,
    view_url: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Deserialize)]
pub struct PlainLinks {
    original: Option<PlainLink>,
    high_quality: Option<PlainLink>,
    efficient: Option<PlainLink>,
    video_h264_180: Option<PlainLink>,
    thumbnail: Option<PlainLink>,
    thumbnail_high_quality: Option<PlainLink>,
    scrub_sheet: Option<PlainLink>,
}

#[derive(Deserialize)]
pub struct PlainLink {
    download_url: Option<String>,
    url: Option<String>,
    inline_url: Option<String>,
}

pub fn page() -> String {
    let id = |n: usize| format!("{n:08x}-7d2f-4a0e-9c2e-8d0c0d2f5f11");
    let time = "2026-10-04T12:40:06.123456Z";
    let link = |n: usize, name: &str| {
        let signature = "0123456789abcdef".repeat(4);
        json!(format!("https://assets.example/{name}/{n}?Expires=1764547200&Signature={signature}"))
    };
    let asset = |n: usize| {
        let mut asset = json!({
            "created_at": time,
            "creator": {"active": true, "adobe_user_id": null, "avatar_url": null,
                "email": "kim@example.com", "id": id(7), "name": "Kim Example"},
            "id": id(n),
            "name": format!("Scene {n} take {}.mov", n % 9),
            "parent_id": id(1),
            "project": {"created_at": time, "description": null, "id": id(2), "name": "Feature",
                "restricted": false, "root_folder_id": id(1), "status": "active",
                "storage": 123_456_789_012_u64, "updated_at": time,
                "view_url": "https://next.frame.io/project/2", "workspace_id": id(3)},
            "project_id": id(2),
            "updated_at": time,
            "view_url": format!("https://next.frame.io/project/2/view/{n}"),
        });
        let more = match n % 4 {
            0 => json!({"type": "folder", "cover_file_id": id(n + 1), "restricted": false}),
            1 => json!({"type": "version_stack", "head_version": null}),
            _ => {
                json!({"type": "file", "file_size": 987_654_321 + n, "media_type": "video/quicktime",
                "status": "transcoded",
                "media_links": {
                    "original": {"download_url": link(n, "original"), "inline_url": link(n, "inline")},
                    "thumbnail": {"download_url": link(n, "thumb"), "url": link(n, "thumb")},
                }})
            }
        };
        if let (Value::Object(asset), Value::Object(more)) = (&mut asset, more) {
            asset.extend(more);
        }
        asset
    };
    let assets: Vec<_> = (0..100).map(asset).collect();
    let next = "/v4/accounts/1/folders/1/children?after=g3QAAAABdwVhZnRlcmEy";
    json!({"data": assets, "links": {"next": next}, "total_count": 1234}).to_string()
}
