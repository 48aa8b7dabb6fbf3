//! Many assets at once.

use frameio_api::files::{CopyComments, CopyFiles};
use frameio_api::folders::CopyFolders;
use frameio_api::version_stacks::CopyVersionStack;
use serde_json::json;

use crate::context::Context;
use crate::fields::Fields;
use crate::known_ids::Kind;
use crate::refusal::Refusal;
use crate::response::{Outcome, object};

/// Maximum number of ids in one V4 request.
const CHUNK: usize = 100;

/// Copies assets to the folder of the path.
pub(crate) async fn copy(cx: Context) -> Outcome {
    let destination = cx.argument("destination_id")?;
    let fields = Fields::new(&cx.request.body);
    let comments = match fields.text("copy_comments")?.as_deref() {
        None | Some("all") => CopyComments::All,
        Some("none") => CopyComments::None,
        Some(other) => return Err(Refusal::invalid(format!("'copy_comments' is '{other}'"))),
    };
    let (mut files, mut folders, mut stacks) = (Vec::new(), Vec::new(), Vec::new());
    let (mut success, mut error) = (json!({}), json!({}));
    let (account, _) = cx.asset_kind(&destination).await?;
    for id in fields.batch("id")? {
        let id = cx.id(&id)?;
        match cx.asset_kind(&id).await {
            Ok((_, Kind::Folder)) => folders.push(id),
            Ok((_, Kind::VersionStack)) => stacks.push(id),
            Ok(_) => files.push(id),
            Err(refusal) if refusal.is_not_found() => error[id] = refusal.detail.into(),
            Err(refusal) => return Err(refusal),
        }
    }
    for chunk in files.chunks(CHUNK) {
        let ids: Vec<_> = chunk.iter().map(|id| id.as_str().into()).collect();
        let request = CopyFiles::new(&account, ids, destination.as_str());
        for copy in cx.send(request.copy_comments(comments.clone())).await? {
            success[copy.source_file_id.as_str()] = copy.file.id.as_str().into();
        }
    }
    for chunk in folders.chunks(CHUNK) {
        let ids: Vec<_> = chunk.iter().map(|id| id.as_str().into()).collect();
        let request = CopyFolders::new(&account, ids, destination.as_str());
        let copies = cx.send(request.copy_comments(comments.clone())).await?;
        match copies.folders() {
            Some(copies) => {
                for copy in copies {
                    success[copy.source_folder_id.as_str()] = copy.folder.id.as_str().into();
                }
            }
            None => {
                cx.report.note("lossy: copies of folders are in progress and have no id yet");
                for id in chunk {
                    success[id] = serde_json::Value::Null;
                }
            }
        }
    }
    for id in stacks {
        let request = CopyVersionStack::new(&account, id.as_str()).parent_id(destination.as_str());
        success[id.as_str()] = cx.send(request).await?.id.as_str().into();
    }
    object(json!({ "success": success, "error": error }))
}

/// Deletes assets, one by one.
pub(crate) async fn delete(cx: Context) -> Outcome {
    let fields = Fields::new(&cx.request.body);
    let ids = match fields.get("asset_ids") {
        Some(_) => fields.ids("asset_ids")?,
        None => fields.batch("id")?,
    };
    let (mut success, mut error) = (json!({}), json!({}));
    for id in ids {
        let id = cx.id(&id)?;
        match cx.delete_asset(&id).await {
            Ok(_) => success[id] = true.into(),
            Err(refusal) if refusal.is_not_found() || refusal.status == 422 => {
                error[id] = refusal.detail.into();
            }
            Err(mut refusal) => {
                let done = success.as_object().map_or(0, serde_json::Map::len);
                refusal.detail = format!("{} ({done} assets are deleted)", refusal.detail);
                return Err(refusal);
            }
        }
    }
    object(json!({ "success": success, "error": error }))
}
