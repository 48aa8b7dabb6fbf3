//! Assets: show, list, change, copy, move and stack.

use frameio_api::assets::{Asset, AssetSort};
use frameio_api::experimental::files::RestoreFile;
use frameio_api::experimental::folders::RestoreFolder;
use frameio_api::experimental::version_stacks::RestoreVersionStack;
use frameio_api::files::{CopyComments, CopyFile, DeleteFile, FileSort, MoveFile, UpdateFile};
use frameio_api::folders::{
    CopyFolder, DeleteFolder, ListFolderChildren, MoveFolder, UpdateFolder,
};
use frameio_api::version_stacks::{
    CopyVersionStack, CreateVersionStack, ListVersions, MoveVersionStack,
};
use frameio_core::{AccountId, FolderId};
use serde_json::Value;

use super::teams::refuse_others;
use super::tree::{includes, kinds, no_asset};
use crate::context::Context;
use crate::fields::Fields;
use crate::known_ids::Kind;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::response::{Outcome, list, object};
use crate::sort;
use crate::translate::comment::deleted;

pub(crate) async fn show(cx: Context) -> Outcome {
    let id = cx.argument("asset_id")?;
    object(cx.rendered(&id).await?)
}

pub(crate) async fn children(cx: Context) -> Outcome {
    let id = cx.argument("asset_id")?;
    let (account, kind) = cx.asset_kind(&id).await?;
    let paging = cx.request.paging(cx.settings.page_size);
    let order = cx.request.query("sort").map(sort::Order::parse).unwrap_or_default();
    let kinds = kinds(&cx);
    let name = format!("children of {id}: {kinds:?} {order:?}");
    let folder_sort = order.as_v4(&["name", "created_at", "updated_at"]);
    let folder_sort = folder_sort.as_deref().map(AssetSort::from);
    let stack_sort = order.as_v4(&["name", "created_at", "updated_at", "file_size"]);
    let stack_sort = stack_sort.as_deref().map(FileSort::from);
    let in_facade = match kind {
        Kind::VersionStack => !order.is_empty() && stack_sort.is_none(),
        _ => !order.is_empty() && folder_sort.is_none(),
    };
    let listed = cx.with_original(|original| {
        let (cx, account, id, name) = (&cx, &account, &id, &name);
        let (kinds, folder_sort, stack_sort) = (&kinds, &folder_sort, &stack_sort);
        async move {
            // An order that V4 does not have needs the whole list.
            let paging = if in_facade { all(paging) } else { paging };
            match kind {
                Kind::VersionStack => {
                    let versions = |size| {
                        let mut request = ListVersions::new(account, id.as_str())
                            .include(includes(original))
                            .page_size(size)
                            .include_total_count(true);
                        request.sort = stack_sort.clone();
                        request
                    };
                    cx.window(name, paging, 100, versions).await
                }
                Kind::Folder => {
                    let children = |size| {
                        let mut request = ListFolderChildren::new(account, id.as_str())
                            .include(includes(original))
                            .page_size(size)
                            .include_total_count(true);
                        request.sort = folder_sort.clone();
                        request.kinds = kinds.clone();
                        request
                    };
                    cx.window(name, paging, 500, children).await
                }
                _ => Ok(Window::of(Vec::new(), paging)),
            }
        }
    });
    let listed = listed.await?;
    let (mut window, refused) = (listed.value, listed.original_refused);
    let assets = std::mem::take(&mut window.items);
    let mut items = cx.render_all(&account, assets, refused).await?;
    if in_facade {
        order.sort(&mut items);
        return list(Window::of(items, paging));
    }
    list(window.with_items(items))
}

fn all(paging: crate::request::Paging) -> crate::request::Paging {
    crate::request::Paging { all: true, ..paging }
}

/// Only the name and the label have a place in V4.
pub(crate) async fn update(cx: Context) -> Outcome {
    let id = cx.argument("asset_id")?;
    let fields = Fields::new(&cx.request.body);
    refuse_others(&fields, &["name", "label", "type", "id"], "metadata.bulk_update")?;
    let (name, label) = (fields.text("name")?, fields.text("label")?);
    if name.is_none() && label.is_none() {
        return Err(Refusal::invalid("nothing to change: set 'name' or 'label'"));
    }
    let (account, kind) = cx.asset_kind(&id).await?;
    if let Some(name) = name {
        let renamed = match kind {
            Kind::Folder => {
                let request = UpdateFolder::new(&account, id.as_str()).name(name);
                cx.send(request).await.map(drop)
            }
            Kind::VersionStack => {
                let detail = "V4 cannot rename a version stack; rename its versions";
                return Err(Refusal::invalid(detail).instead("files.update"));
            }
            _ => cx.send(UpdateFile::new(&account, id.as_str()).name(name)).await.map(drop),
        };
        cx.forget_missing(&id, renamed)?;
    }
    if let Some(label) = label {
        cx.set_label(&id, &label).await?;
    }
    object(cx.rendered(&id).await?)
}

pub(crate) async fn label(cx: Context) -> Outcome {
    let id = cx.argument("asset_id")?;
    let label = Fields::new(&cx.request.body).required_text("label")?;
    cx.set_label(&id, &label).await?;
    object(cx.rendered(&id).await?)
}

pub(crate) async fn delete(cx: Context) -> Outcome {
    object(cx.delete_asset(&cx.argument("asset_id")?).await?)
}

/// The path names the destination, and the body the source.
pub(crate) async fn copy(cx: Context) -> Outcome {
    let destination: FolderId = cx.argument("asset_id")?.into();
    let source = cx.id(&Fields::new(&cx.request.body).required_text("id")?)?;
    let (account, kind) = cx.asset_kind(&source).await?;
    let copied = match kind {
        Kind::Folder => {
            let request = CopyFolder::new(&account, source.as_str()).parent_id(&destination);
            match cx.send(request).await?.folder() {
                Some(folder) => folder.id.as_str().to_owned(),
                None => {
                    cx.report.note("lossy: the copy is in progress and has no id yet");
                    let mut value = cx.rendered(&source).await?;
                    value["parent_id"] = destination.as_str().into();
                    return object(value);
                }
            }
        }
        Kind::VersionStack => {
            let request = CopyVersionStack::new(&account, source.as_str()).parent_id(&destination);
            cx.send(request).await?.id.as_str().to_owned()
        }
        _ => {
            let request = CopyFile::new(&account, source.as_str())
                .parent_id(&destination)
                .copy_comments(CopyComments::All);
            cx.send(request).await?.id.as_str().to_owned()
        }
    };
    cx.session.ids.learn(&copied, &account, kind, None);
    object(cx.rendered(&copied).await?)
}

/// The path names the destination, and the body the source.
pub(crate) async fn move_asset(cx: Context) -> Outcome {
    let destination = cx.argument("asset_id")?;
    let source = cx.id(&Fields::new(&cx.request.body).required_text("id")?)?;
    let (account, kind) = cx.asset_kind(&source).await?;
    match kind {
        Kind::Folder => {
            let request = MoveFolder::new(&account, source.as_str(), destination.as_str());
            drop(cx.send(request).await?);
        }
        Kind::VersionStack => {
            let request = MoveVersionStack::new(&account, source.as_str(), destination.as_str());
            drop(cx.send(request).await?);
        }
        _ => {
            let request = MoveFile::new(&account, source.as_str(), destination.as_str());
            drop(cx.send(request).await?);
        }
    }
    object(cx.rendered(&source).await?)
}

/// Stacks `next_asset_id` on the asset of the path: a new stack, or another version of its stack.
pub(crate) async fn version(cx: Context) -> Outcome {
    let target = cx.argument("asset_id")?;
    let next = cx.id(&Fields::new(&cx.request.body).required_text("next_asset_id")?)?;
    let (account, kind) = cx.asset_kind(&target).await?;
    if cx.asset_kind(&next).await?.1 != Kind::File {
        return Err(Refusal::invalid("'next_asset_id' is not a file"));
    }
    let stack = match kind {
        Kind::VersionStack => Some(target.clone()),
        Kind::File => cx.stack_of(&target).await?,
        _ => return Err(Refusal::invalid("a folder has no versions")),
    };
    let stack = match stack {
        Some(stack) => {
            cx.send(MoveFile::new(&account, next.as_str(), stack.as_str())).await?;
            stack
        }
        None => cx.create_stack(&account, &target, &next).await?,
    };
    object(cx.rendered(&stack).await?)
}

/// Moves a version out of its stack, next to it.
pub(crate) async fn unversion(cx: Context) -> Outcome {
    let id = cx.argument("asset_id")?;
    let (account, _) = cx.asset_kind(&id).await?;
    let stack = cx.stack_of(&id).await?;
    let stack = stack.ok_or_else(|| Refusal::invalid("the asset is in no version stack"))?;
    let folder = match cx.asset(&stack).await?.value.value {
        Asset::VersionStack(stack) => stack.parent_id,
        _ => None,
    };
    let folder = folder.ok_or_else(no_asset)?;
    cx.send(MoveFile::new(&account, id.as_str(), folder.as_str())).await?;
    object(cx.rendered(&id).await?)
}

/// Restoring is an experimental operation of V4, and the kind of a deleted asset cannot be looked
/// up.
pub(crate) async fn restore(cx: Context) -> Outcome {
    let id = cx.argument("asset_id")?;
    cx.session.ids.forget(&id);
    for account in cx.accounts().await?.iter() {
        let account = &account.id;
        match cx.send(RestoreFile::new(account, id.as_str())).await {
            Ok(file) => {
                cx.session.ids.learn_asset(account, &Asset::File(Box::new(file)));
                return object(cx.rendered(&id).await?);
            }
            Err(refusal) if refusal.is_not_found() => {}
            Err(refusal) => return Err(refusal),
        }
        match cx.send(RestoreFolder::new(account, id.as_str())).await {
            Ok(folder) => {
                cx.session.ids.learn_asset(account, &Asset::Folder(Box::new(folder)));
                return object(cx.rendered(&id).await?);
            }
            Err(refusal) if refusal.is_not_found() => {}
            Err(refusal) => return Err(refusal),
        }
        match cx.send(RestoreVersionStack::new(account, id.as_str())).await {
            Ok(stack) => {
                cx.session.ids.learn_asset(account, &Asset::VersionStack(Box::new(stack)));
                return object(cx.rendered(&id).await?);
            }
            Err(refusal) if refusal.is_not_found() => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Err(no_asset())
}

impl Context {
    /// Returns an asset in the shape of the legacy API.
    pub(crate) async fn rendered(&self, id: &str) -> Result<Value, Refusal> {
        let found = self.asset(id).await?;
        let shown = &found.value;
        self.render(&found.account, &shown.value, shown.original_refused).await
    }

    /// Deletes an asset, and returns it as it was before.
    pub(crate) async fn delete_asset(&self, id: &str) -> Result<Value, Refusal> {
        let found = self.asset(id).await?;
        let shown = &found.value;
        let value = self.render(&found.account, &shown.value, shown.original_refused).await?;
        let result = match &shown.value {
            Asset::Folder(folder) => self.send(DeleteFolder::new(&found.account, &folder.id)).await,
            Asset::VersionStack(_) => {
                let detail = "V4 cannot delete a version stack; delete its versions";
                return Err(Refusal::invalid(detail).instead("files.delete"));
            }
            _ => self.send(DeleteFile::new(&found.account, id)).await,
        };
        self.forget_missing(id, result)?;
        self.session.ids.forget(id);
        Ok(deleted(value))
    }

    /// Version stack that a file is in.
    async fn stack_of(&self, file: &str) -> Result<Option<String>, Refusal> {
        let parent = match self.asset(file).await?.value.value {
            Asset::File(file) => file.parent_id,
            _ => None,
        };
        let Some(parent) = parent else { return Ok(None) };
        let (_, kind) = self.asset_kind(parent.as_str()).await?;
        Ok((kind == Kind::VersionStack).then(|| parent.as_str().to_owned()))
    }

    async fn create_stack(
        &self,
        account: &AccountId,
        old: &str,
        new: &str,
    ) -> Result<String, Refusal> {
        let parent = match self.asset(old).await?.value.value {
            Asset::File(file) => file.parent_id,
            _ => None,
        };
        let parent = parent.ok_or_else(no_asset)?;
        // V4 stacks files of one folder.
        let sibling = match self.asset(new).await?.value.value {
            Asset::File(file) => file.parent_id.as_ref() == Some(&parent),
            _ => false,
        };
        if !sibling {
            self.send(MoveFile::new(account, new, parent.as_str())).await?;
        }
        let request = CreateVersionStack::new(account, parent.as_str(), [old.into(), new.into()]);
        let stack = self.send(request).await?;
        self.session.ids.learn_asset(account, &Asset::VersionStack(Box::new(stack.clone())));
        Ok(stack.id.as_str().to_owned())
    }
}
