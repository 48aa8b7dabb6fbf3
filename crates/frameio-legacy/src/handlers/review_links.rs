//! Review links.

use frameio_api::assets::Asset;
use frameio_api::shares::{
    AddShareAsset, AddShareReviewers, CreateShare, DeleteShare, ListShareAssets, ListShares,
    RemoveShareAsset, RemoveShareReviewers, Reviewers, Share, ShareAccess, UpdateShare,
};
use frameio_core::{AccountId, Patch, Secret};
use serde_json::Value;

use super::shares::name;
use super::teams::refuse_others;
use super::tree::includes;
use crate::context::Context;
use crate::fields::Fields;
use crate::known_ids::Kind;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::response::{Outcome, list, object};
use crate::translate::comment::deleted;
use crate::translate::share as translate;

/// Settings of a review link that V4 has.
const KNOWN: &[&str] = &[
    "name",
    "password",
    "expires_at",
    "is_active",
    "enable_downloading",
    "enable_comments",
    "current_version_only",
    "asset_ids",
];

pub(crate) async fn index(cx: Context) -> Outcome {
    let project = cx.project(&cx.argument("project_id")?).await?;
    let (account, id) = (&project.account, &project.value.id);
    let paging = cx.request.paging(cx.settings.page_size);
    let shares = |size| ListShares::new(account, id).page_size(size).include_total_count(true);
    let window = cx.window(&format!("shares of {id}"), paging, 100, shares).await?;
    let mut items = Vec::with_capacity(window.items.len());
    for share in &window.items {
        cx.learn_share(account, share, id.as_str());
        items.push(cx.review_link(account, share).await?);
    }
    list(window.with_items(items))
}

pub(crate) async fn show(cx: Context) -> Outcome {
    let share = cx.share(&cx.argument("review_link_id")?).await?;
    object(cx.review_link(&share.account, &share.value).await?)
}

/// A link was created empty, and got its assets by a second call.
pub(crate) async fn create(cx: Context) -> Outcome {
    let project = cx.project(&cx.argument("project_id")?).await?;
    let (account, id) = (&project.account, &project.value.id);
    let fields = Fields::new(&cx.request.body);
    cx.report.ignored(&fields.others(KNOWN));
    let name = name(fields.text("name")?);
    let mut request = CreateShare::new(account, id, name, ShareAccess::Public);
    request.passphrase = fields.text("password")?.map(Secret::from);
    request.expiration = fields.time("expires_at")?;
    request.enabled = fields.flag("is_active")?;
    request.downloading_enabled = fields.flag("enable_downloading")?;
    request.commenting_enabled = fields.flag("enable_comments")?;
    request.show_all_asset_versions = fields.flag("current_version_only")?.map(|only| !only);
    if fields.get("asset_ids").is_some() {
        let ids = cx.mapped_ids(&fields.ids("asset_ids")?)?;
        if !ids.is_empty() {
            request.asset_ids = Some(ids.into_iter().map(Into::into).collect());
        }
    }
    let share = cx.send(request).await?;
    cx.learn_share(account, &share, id.as_str());
    object(cx.review_link(account, &share).await?)
}

pub(crate) async fn update(cx: Context) -> Outcome {
    let id = cx.argument("review_link_id")?;
    let fields = Fields::new(&cx.request.body);
    let settings = KNOWN.split_last().map_or(KNOWN, |(_, settings)| settings);
    let dropped = ["allow_approvals", "notify_on_view", "is_autoplay", "id"];
    refuse_others(&fields, &[settings, &dropped].concat(), "shares.update")?;
    let ignored = fields.others(settings);
    cx.report.ignored(&ignored);
    if fields.others(&ignored).is_empty() && !cx.request.body.values().any(Value::is_null) {
        return Err(Refusal::invalid("nothing to change").instead("shares.update"));
    }
    let share = cx.share(&id).await?;
    let mut request = UpdateShare::new(&share.account, id.as_str());
    request.name = patch(&fields, "name", fields.text("name")?);
    request.passphrase = patch(&fields, "password", fields.text("password")?.map(Secret::from));
    request.expiration = patch(&fields, "expires_at", fields.time("expires_at")?);
    request.enabled = fields.flag("is_active")?;
    request.downloading_enabled = fields.flag("enable_downloading")?;
    request.commenting_enabled = fields.flag("enable_comments")?;
    request.show_all_asset_versions = match fields.flag("current_version_only")? {
        Some(only) => Patch::Set(!only),
        None => Patch::Keep,
    };
    let updated = cx.send(request).await?;
    object(cx.review_link(&share.account, &updated).await?)
}

pub(crate) async fn delete(cx: Context) -> Outcome {
    let id = cx.argument("review_link_id")?;
    let share = cx.share(&id).await?;
    let value = cx.review_link(&share.account, &share.value).await?;
    cx.send(DeleteShare::new(&share.account, id.as_str())).await?;
    cx.session.ids.forget(&id);
    object(deleted(value))
}

/// Items of a link. V4 lists everything below shared folders, too: those are left out.
pub(crate) async fn items(cx: Context) -> Outcome {
    let id = cx.argument("review_link_id")?;
    let (account, _) = cx.located_share(&id).await?;
    let listed = cx.with_original(|original| {
        let request =
            ListShareAssets::new(&account, id.as_str()).include(includes(original)).page_size(100);
        cx.all(request)
    });
    let listed = listed.await?;
    let ids: Vec<String> =
        listed.value.iter().map(|asset| asset.id().as_str().to_owned()).collect();
    let is_top = |asset: &Asset| parent(asset).is_none_or(|parent| !ids.contains(&parent));
    let top: Vec<Asset> = listed.value.iter().filter(|asset| is_top(asset)).cloned().collect();
    let paging = cx.request.paging(cx.settings.page_size);
    let mut window = Window::of(top, paging);
    let assets = std::mem::take(&mut window.items);
    let rendered = cx.render_all(&account, assets, listed.original_refused).await?;
    let items = (paging.start()..).zip(rendered);
    let items = items.map(|(index, asset)| translate::item(&id, asset, index)).collect();
    list(window.with_items(items))
}

/// Adds assets to a link, one by one; V4 allows 10 in a minute.
pub(crate) async fn add_assets(cx: Context) -> Outcome {
    let id = cx.argument("review_link_id")?;
    let ids = cx.mapped_ids(&Fields::new(&cx.request.body).ids("asset_ids")?)?;
    let share = cx.share(&id).await?;
    add(&cx, &share.account, &id, &ids).await?;
    object(cx.review_link(&share.account, &share.value).await?)
}

/// Replaces the assets of a link.
pub(crate) async fn replace_assets(cx: Context) -> Outcome {
    let id = cx.argument("review_link_id")?;
    let wanted = cx.mapped_ids(&Fields::new(&cx.request.body).ids("asset_ids")?)?;
    let share = cx.share(&id).await?;
    let present = cx.shared_ids(&share.account, &id).await?;
    let missing: Vec<_> = wanted.iter().filter(|id| !present.contains(id)).cloned().collect();
    add(&cx, &share.account, &id, &missing).await?;
    let surplus: Vec<_> = present.iter().filter(|id| !wanted.contains(id)).cloned().collect();
    remove(&cx, &share.account, &id, &surplus).await?;
    object(cx.review_link(&share.account, &share.value).await?)
}

pub(crate) async fn remove_items(cx: Context) -> Outcome {
    let id = cx.argument("review_link_id")?;
    let ids = cx.mapped_ids(&Fields::new(&cx.request.body).ids("asset_ids")?)?;
    let share = cx.share(&id).await?;
    remove(&cx, &share.account, &id, &ids).await?;
    object(cx.review_link(&share.account, &share.value).await?)
}

pub(crate) async fn add_reviewers(cx: Context) -> Outcome {
    let id = cx.argument("review_link_id")?;
    let fields = Fields::new(&cx.request.body);
    let reviewers = reviewers(&fields)?;
    let share = cx.share(&id).await?;
    let message = fields.text("message")?.unwrap_or_default();
    cx.send(AddShareReviewers::new(&share.account, id.as_str(), reviewers, message)).await?;
    object(cx.review_link(&share.account, &share.value).await?)
}

pub(crate) async fn remove_reviewers(cx: Context) -> Outcome {
    let id = cx.argument("review_link_id")?;
    let reviewers = reviewers(&Fields::new(&cx.request.body))?;
    let share = cx.share(&id).await?;
    cx.send(RemoveShareReviewers::new(&share.account, id.as_str(), reviewers)).await?;
    object(cx.review_link(&share.account, &share.value).await?)
}

fn reviewers(fields: &Fields<'_>) -> Result<Reviewers, Refusal> {
    let name = ["emails", "reviewers", "email"].into_iter().find(|it| fields.get(it).is_some());
    match name {
        Some("email") => Ok(Reviewers::emails([fields.required_text("email")?])),
        Some(name) => Ok(Reviewers::emails(fields.ids(name)?)),
        None => Err(Refusal::invalid("'emails' is missing")),
    }
}

async fn add(cx: &Context, account: &AccountId, id: &str, ids: &[String]) -> Result<(), Refusal> {
    for (done, asset) in ids.iter().enumerate() {
        let added = cx.send(AddShareAsset::new(account, id, asset.as_str())).await;
        added.map_err(|refusal| partly(refusal, &ids[..done]))?;
    }
    Ok(())
}

async fn remove(
    cx: &Context,
    account: &AccountId,
    id: &str,
    ids: &[String],
) -> Result<(), Refusal> {
    for (done, asset) in ids.iter().enumerate() {
        let removed = cx.send(RemoveShareAsset::new(account, id, asset.as_str())).await;
        removed.map_err(|refusal| partly(refusal, &ids[..done]))?;
    }
    Ok(())
}

/// Names the assets that were dealt with before a failure.
fn partly(mut refusal: Refusal, done: &[String]) -> Refusal {
    if !done.is_empty() {
        refusal.detail = format!("{} (done already: {})", refusal.detail, done.join(", "));
    }
    refusal
}

fn patch<T>(fields: &Fields<'_>, name: &str, value: Option<T>) -> Patch<T> {
    match value {
        Some(value) => Patch::Set(value),
        None if fields.is_null(name) => Patch::Clear,
        None => Patch::Keep,
    }
}

fn parent(asset: &Asset) -> Option<String> {
    let parent = match asset {
        Asset::File(file) => file.parent_id.as_ref().map(|id| id.as_str()),
        Asset::Folder(folder) => folder.parent_id.as_ref().map(|id| id.as_str()),
        Asset::VersionStack(stack) => stack.parent_id.as_ref().map(|id| id.as_str()),
        _ => None,
    };
    parent.map(str::to_owned)
}

impl Context {
    async fn review_link(&self, account: &AccountId, share: &Share) -> Result<Value, Refusal> {
        let id = share.id.as_str();
        let project = self.project_of_share(account, id).await?;
        let size = self.share_size(account, id).await?;
        Ok(translate::review_link(share, project.as_deref(), size))
    }

    async fn located_share(&self, id: &str) -> Result<(AccountId, Option<Share>), Refusal> {
        match self.place(id).filter(|place| place.kind == Kind::Share) {
            Some(place) => Ok((place.account, None)),
            None => {
                let share = self.share(id).await?;
                Ok((share.account, Some(share.value)))
            }
        }
    }

    async fn shared_ids(&self, account: &AccountId, id: &str) -> Result<Vec<String>, Refusal> {
        let assets = self.all(ListShareAssets::new(account, id).page_size(100)).await?;
        let ids: Vec<_> = assets.iter().map(|asset| asset.id().as_str().to_owned()).collect();
        let is_top = |asset: &&Asset| parent(asset).is_none_or(|parent| !ids.contains(&parent));
        Ok(assets.iter().filter(is_top).map(|asset| asset.id().as_str().to_owned()).collect())
    }

    pub(crate) fn mapped_ids(&self, ids: &[String]) -> Result<Vec<String>, Refusal> {
        ids.iter().map(|id| self.id(id)).collect()
    }
}
