//! Presentations, which are shares of one asset. V4 does not distinguish them from review links.

use frameio_api::assets::Asset;
use frameio_api::projects::ListAccountProjects;
use frameio_api::shares::{
    CreateShare, DeleteShare, ListShareAssets, ListShares, Share, ShareAccess, ShareLayout,
    UpdateShare,
};
use frameio_core::{AccountId, Patch, Secret};
use serde_json::Value;

use super::shares::name;
use super::teams::refuse_others;
use crate::context::Context;
use crate::fields::Fields;
use crate::listing::Window;
use crate::refusal::Refusal;
use crate::response::{Outcome, list, object};
use crate::session::{PRESENTATIONS_LIFE, Session};
use crate::translate::comment::deleted;
use crate::translate::share as translate;

const KNOWN: &[&str] =
    &["title", "password", "expires_at", "enabled", "can_download", "layout", "id"];

/// An asset had one presentation at most: the old clients take 422 for "has one already".
pub(crate) async fn create(cx: Context) -> Outcome {
    let id = cx.argument("asset_id")?;
    let reserved = Reserved::new(&cx.session, &id)
        .ok_or_else(|| Refusal::invalid("the asset has a presentation already"))?;
    let fields = Fields::new(&cx.request.body);
    cx.report.ignored(&fields.others(KNOWN));
    let found = cx.asset(&id).await?;
    let project = match &found.value.value {
        Asset::File(file) => &file.project_id,
        Asset::Folder(folder) => &folder.project_id,
        Asset::VersionStack(stack) => &stack.project_id,
        _ => return Err(Refusal::invalid("the asset cannot be presented")),
    };
    let account = &found.account;
    let title = name(fields.text("title")?);
    let mut request = CreateShare::new(account, project, title, ShareAccess::Public)
        .asset_ids([id.as_str().into()]);
    request.passphrase = fields.text("password")?.map(Secret::from);
    request.expiration = fields.time("expires_at")?;
    request.enabled = fields.flag("enabled")?;
    request.downloading_enabled = fields.flag("can_download")?;
    request.layout = layout(&fields)?;
    let share = cx.send(request).await?;
    cx.learn_share(account, &share, project.as_str());
    reserved.keep(share.id.as_str());
    object(translate::presentation(&share, Some(project.as_str()), Some(&id)))
}

/// An asset whose presentation is being created, so that requests at the same time create one only.
struct Reserved<'a> {
    session: &'a Session,
    asset: &'a String,
    is_kept: bool,
}

impl<'a> Reserved<'a> {
    fn new(session: &'a Session, asset: &'a String) -> Option<Self> {
        let is_new =
            session.presentations.insert_new(asset.clone(), String::new(), PRESENTATIONS_LIFE);
        // Not `then_some`, which would create and drop it in any case.
        is_new.then(|| Self { session, asset, is_kept: false })
    }

    fn keep(mut self, presentation: &str) {
        let (asset, presentation) = (self.asset.clone(), presentation.to_owned());
        self.session.presentations.insert(asset, presentation, PRESENTATIONS_LIFE);
        self.is_kept = true;
    }
}

/// Releases the asset after a failure, and when the client gives up.
impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.session.presentations.remove(self.asset);
        }
    }
}

pub(crate) async fn show(cx: Context) -> Outcome {
    let share = cx.share(&cx.argument("presentation_id")?).await?;
    object(cx.presentation(&share.account, &share.value).await?)
}

pub(crate) async fn update(cx: Context) -> Outcome {
    let id = cx.argument("presentation_id")?;
    let fields = Fields::new(&cx.request.body);
    refuse_others(&fields, KNOWN, "shares.update")?;
    let share = cx.share(&id).await?;
    let mut request = UpdateShare::new(&share.account, id.as_str());
    request.name = fields.text("title")?.map_or(Patch::Keep, Patch::Set);
    request.passphrase = match fields.text("password")? {
        Some(password) => Patch::Set(password.into()),
        None if fields.is_null("password") => Patch::Clear,
        None => Patch::Keep,
    };
    request.expiration = match fields.time("expires_at")? {
        Some(time) => Patch::Set(time),
        None if fields.is_null("expires_at") => Patch::Clear,
        None => Patch::Keep,
    };
    request.enabled = fields.flag("enabled")?;
    request.downloading_enabled = fields.flag("can_download")?;
    request.layout = layout(&fields)?;
    let updated = cx.send(request).await?;
    object(cx.presentation(&share.account, &updated).await?)
}

pub(crate) async fn delete(cx: Context) -> Outcome {
    let id = cx.argument("presentation_id")?;
    let share = cx.share(&id).await?;
    let value = cx.presentation(&share.account, &share.value).await?;
    cx.send(DeleteShare::new(&share.account, id.as_str())).await?;
    cx.session.ids.forget(&id);
    if let Some(asset) = value["asset_id"].as_str() {
        cx.session.presentations.remove(&asset.to_owned());
    }
    object(deleted(value))
}

/// Shares of a project; which of them were presentations is not known.
pub(crate) async fn index(cx: Context) -> Outcome {
    let project = cx.project(&cx.argument("project_id")?).await?;
    let (account, id) = (&project.account, &project.value.id);
    cx.report.note("lossy: V4 does not distinguish presentations from review links");
    let paging = cx.request.paging(cx.settings.page_size);
    let shares = |size| ListShares::new(account, id).page_size(size).include_total_count(true);
    let window = cx.window(&format!("shares of {id}"), paging, 100, shares).await?;
    let items = window.items.iter().map(|share| {
        cx.learn_share(account, share, id.as_str());
        translate::presentation(share, Some(id.as_str()), None)
    });
    let items = items.collect();
    list(window.with_items(items))
}

/// Shares of all projects.
pub(crate) async fn index_all(cx: Context) -> Outcome {
    cx.report.note("lossy: V4 does not distinguish presentations from review links");
    let mut items = Vec::new();
    for account in cx.accounts().await?.iter() {
        for (project, share) in cx.all_shares(&account.id).await? {
            items.push(translate::presentation(&share, Some(&project), None));
        }
    }
    list(Window::of(items, cx.request.paging(cx.settings.page_size)))
}

/// Shares of the project of an asset that hold it.
pub(crate) async fn of_asset(cx: Context) -> Outcome {
    let id = cx.argument("asset_id")?;
    cx.report.note("lossy: V4 does not distinguish presentations from review links");
    let found = cx.asset(&id).await?;
    let account = &found.account;
    let place = cx.place(&id).and_then(|place| place.parent).unwrap_or_default();
    let shares = cx.all(ListShares::new(account, place.as_str()).page_size(100)).await?;
    let mut items = Vec::new();
    for share in &shares {
        cx.learn_share(account, share, &place);
        let assets = cx.all(ListShareAssets::new(account, &share.id).page_size(100)).await?;
        if assets.iter().any(|asset| asset.id().as_str() == id) {
            items.push(translate::presentation(share, Some(&place), Some(&id)));
        }
    }
    list(Window::of(items, cx.request.paging(cx.settings.page_size)))
}

fn layout(fields: &Fields<'_>) -> Result<Option<ShareLayout>, Refusal> {
    match fields.text("layout")?.as_deref() {
        None => Ok(None),
        Some("reel") => Ok(Some(ShareLayout::Reel)),
        Some("blog") => Ok(Some(ShareLayout::List)),
        Some(other) => Err(Refusal::invalid(format!("'layout' is '{other}'"))),
    }
}

impl Context {
    async fn presentation(&self, account: &AccountId, share: &Share) -> Result<Value, Refusal> {
        let project = self.project_of_share(account, share.id.as_str()).await?;
        let request = ListShareAssets::new(account, &share.id).page_size(1);
        let page = self.send(request).await?;
        let asset = page.data.first().map(Asset::id);
        let asset = asset.as_ref().map(|id| id.as_str());
        Ok(translate::presentation(share, project.as_deref(), asset))
    }

    /// All shares of an account, each with its project.
    async fn all_shares(&self, account: &AccountId) -> Result<Vec<(String, Share)>, Refusal> {
        let mut found = Vec::new();
        for project in self.all(ListAccountProjects::new(account).page_size(100)).await? {
            self.session.ids.learn_project(account, &project);
            let shares = self.all(ListShares::new(account, &project.id).page_size(100)).await?;
            for share in shares {
                self.learn_share(account, &share, project.id.as_str());
                found.push((project.id.as_str().to_owned(), share));
            }
        }
        Ok(found)
    }
}
