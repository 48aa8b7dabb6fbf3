//! Creating files, folders and files from a URL.

use frameio_api::files::{CreateLocalUpload, CreateRemoteUpload, File};
use frameio_api::folders::CreateFolder;
use frameio_core::{AccountId, is_loopback};
use http::Uri;
use serde_json::{Value, json};

use crate::context::Context;
use crate::fields::{Fields, integer};
use crate::known_ids::Kind;
use crate::refusal::Refusal;
use crate::response::{Outcome, object};

/// Fields that have no place in V4 and do no harm when they are dropped.
const KNOWN: &[&str] = &["type", "name", "filesize", "filetype", "source", "auto_version_id", "id"];

pub(crate) async fn create(cx: Context) -> Outcome {
    let parent = cx.argument("asset_id")?;
    let fields = Fields::new(&cx.request.body);
    if fields.flag("is_realtime_upload")? == Some(true) {
        let detail = "V4 has no realtime uploads; upload the whole file";
        return Err(Refusal::gone(detail).instead("files.create_local_upload"));
    }
    let name = fields.required_text("name")?;
    let (account, kind) = cx.asset_kind(&parent).await?;
    if kind != Kind::Folder {
        let detail = "the parent is not a folder; add a version with POST /v2/assets/{id}/version";
        return Err(Refusal::invalid(detail).instead("files.move"));
    }
    cx.report.ignored(&fields.others(&[KNOWN, &["is_realtime_upload"]].concat()));
    match fields.text("type")?.as_deref() {
        Some("folder") => {
            let request = CreateFolder::new(&account, parent.as_str()).name(name);
            let folder = cx.send(request).await?;
            cx.session.ids.learn(
                folder.id.as_str(),
                &account,
                Kind::Folder,
                Some(folder.project_id.as_str()),
            );
            object(cx.render_folder(&account, &folder).await?)
        }
        None | Some("file") => create_file(&cx, &account, &parent, name, &fields).await,
        Some(other) => {
            let detail = format!("'type' is '{other}': only file and folder can be created");
            Err(Refusal::invalid(detail))
        }
    }
}

async fn create_file(
    cx: &Context,
    account: &AccountId,
    parent: &str,
    name: String,
    fields: &Fields<'_>,
) -> Outcome {
    let source = fields.get("source").and_then(|source| source.get("url")).and_then(Value::as_str);
    if let Some(url) = source {
        let request = CreateRemoteUpload::new(account, parent, name, url);
        let file = cx.send(request).await?.file;
        let mut value = new_file(cx, account, &file).await?;
        value["filesize"] =
            fields.get("filesize").and_then(integer).unwrap_or(file.file_size).into();
        value["uploaded_at"] = Value::Null;
        value["source"] = json!({"_type": "source", "url": url});
        return object(value);
    }
    let size = fields.integer("filesize")?;
    let size = size.ok_or_else(|| Refusal::invalid("'filesize' is missing"))?;
    if size == 0 {
        return Err(Refusal::invalid("'filesize' is 0: V4 has no empty files"));
    }
    let file = cx.send(CreateLocalUpload::new(account, parent, name, size)).await?;
    let mut value = new_file(cx, account, &file).await?;
    let local_api = cx.session.client.base_url().and_then(Uri::host).is_some_and(is_loopback);
    let urls = cx.settings.uploads.register(&file, size, &cx.request.base_url, local_api)?;
    value["upload_urls"] = urls.into();
    object(value)
}

async fn new_file(cx: &Context, account: &AccountId, file: &File) -> Result<Value, Refusal> {
    let project = file.project_id.as_str();
    cx.session.ids.learn(file.id.as_str(), account, Kind::File, Some(project));
    let mut value = cx.render_file(account, file, false).await?;
    value["upload_completed_at"] = Value::Null;
    Ok(value)
}
