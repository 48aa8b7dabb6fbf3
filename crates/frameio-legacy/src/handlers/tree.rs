//! Assets by id, and their translation with what V4 keeps elsewhere.

use frameio_api::assets::{Asset, AssetKind};
use frameio_api::comments::ListComments;
use frameio_api::files::{File, FileInclude, FileStatus, ShowFile};
use frameio_api::folders::{Folder, FolderInclude, ListFolderChildren, ShowFolder};
use frameio_api::metadata::{MetadataField, MetadataValue};
use frameio_api::projects::{Project, ProjectInclude, ShowProject};
use frameio_api::version_stacks::{ListVersions, ShowVersionStack, VersionStack};
use frameio_core::AccountId;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use crate::context::{Context, Located};
use crate::known_ids::Kind;
use crate::refusal::Refusal;
use crate::settings::Counts;
use crate::translate::asset::{self as translate, Facts};
use crate::translate::metadata;

/// Number of calls at a time that complete the assets of a page.
const CONCURRENT: usize = 8;

/// Related resources of a file that V2 answered with.
pub(crate) fn includes(original: bool) -> Vec<FileInclude> {
    let mut includes = vec![
        FileInclude::MediaLinksHighQuality,
        FileInclude::MediaLinksEfficient,
        FileInclude::MediaLinksThumbnail,
        FileInclude::MediaLinksThumbnailHighQuality,
        FileInclude::MediaLinksVideoH264180,
        FileInclude::MediaLinksScrubSheet,
        FileInclude::Creator,
        FileInclude::Project,
        FileInclude::Metadata,
    ];
    if original {
        includes.push(FileInclude::MediaLinksOriginal);
    }
    includes
}

/// A value with the information whether links to the original were refused.
pub(crate) struct WithLinks<T> {
    pub(crate) value: T,
    pub(crate) original_refused: bool,
}

impl Context {
    /// Returns an asset by an id that does not tell its kind.
    pub(crate) async fn asset(&self, id: &str) -> Result<Located<WithLinks<Asset>>, Refusal> {
        match self.session.ids.get(id) {
            Some(Some(place)) if place.kind.is_asset() => {
                let shown = self.show_asset(&place.account, place.kind, id).await;
                let value = self.forget_missing(id, shown)?;
                return Ok(Located { account: place.account, value });
            }
            Some(_) => return Err(no_asset()),
            None => {}
        }
        let mut refused = None;
        for account in self.accounts().await?.iter() {
            for kind in [Kind::File, Kind::Folder, Kind::VersionStack] {
                match self.show_asset(&account.id, kind, id).await {
                    Ok(value) => return Ok(Located { account: account.id.clone(), value }),
                    Err(refusal) if refusal.is_not_found() => {}
                    Err(refusal) => drop(refused.get_or_insert(refusal)),
                }
            }
        }
        self.session.ids.learn_missing(id);
        Err(refused.filter(|it| it.status != 422).unwrap_or_else(no_asset))
    }

    /// Returns the account and the kind of an asset; V4 is asked once.
    pub(crate) async fn asset_kind(&self, id: &str) -> Result<(AccountId, Kind), Refusal> {
        match self.session.ids.get(id) {
            Some(Some(place)) if place.kind.is_asset() => Ok((place.account, place.kind)),
            Some(_) => Err(no_asset()),
            None => {
                let found = self.asset(id).await?;
                let kind = match found.value.value {
                    Asset::Folder(_) => Kind::Folder,
                    Asset::VersionStack(_) => Kind::VersionStack,
                    _ => Kind::File,
                };
                Ok((found.account, kind))
            }
        }
    }

    /// Shows an asset of a known kind, without the original where links to it are refused.
    async fn show_asset(
        &self,
        account: &AccountId,
        kind: Kind,
        id: &str,
    ) -> Result<WithLinks<Asset>, Refusal> {
        let shown = match kind {
            Kind::Folder => {
                let include = [FolderInclude::Creator, FolderInclude::Project];
                let folder = self.send(ShowFolder::new(account, id).include(include)).await?;
                WithLinks { value: Asset::Folder(Box::new(folder)), original_refused: false }
            }
            Kind::VersionStack => {
                self.with_original(|original| {
                    let request = ShowVersionStack::new(account, id).include(includes(original));
                    async move { Ok(Asset::VersionStack(Box::new(self.send(request).await?))) }
                })
                .await?
            }
            _ => {
                self.with_original(|original| {
                    let request = ShowFile::new(account, id).include(includes(original));
                    async move { Ok(Asset::File(Box::new(self.send(request).await?))) }
                })
                .await?
            }
        };
        self.session.ids.learn_asset(account, &shown.value);
        Ok(shown)
    }

    /// Calls with links to originals; a caller without the right to download them gets a 403 for
    /// the whole request, which is then sent without them.
    pub(crate) async fn with_original<T, F>(
        &self,
        call: impl Fn(bool) -> F,
    ) -> Result<WithLinks<T>, Refusal>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        match call(true).await {
            Ok(value) => Ok(WithLinks { value, original_refused: false }),
            Err(refusal) if refusal.is_forbidden() => {
                Ok(WithLinks { value: call(false).await?, original_refused: true })
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Translates an asset.
    pub(crate) async fn render(
        &self,
        account: &AccountId,
        asset: &Asset,
        original_refused: bool,
    ) -> Result<Value, Refusal> {
        self.session.ids.learn_asset(account, asset);
        match asset {
            Asset::File(file) => self.render_file(account, file, original_refused).await,
            Asset::Folder(folder) => self.render_folder(account, folder).await,
            Asset::VersionStack(stack) => self.render_stack(account, stack, original_refused).await,
            other => {
                self.report.note(format!("unknown kind of asset: {}", other.kind()));
                Ok(serde_json::to_value(other).unwrap_or_default())
            }
        }
    }

    /// Translates the assets of a page.
    pub(crate) async fn render_all(
        &self,
        account: &AccountId,
        assets: Vec<Asset>,
        original_refused: bool,
    ) -> Result<Vec<Value>, Refusal> {
        let rendered = assets.into_iter().map(|asset| {
            let (cx, account) = (self.clone(), account.clone());
            async move { cx.render(&account, &asset, original_refused).await }
        });
        stream::iter(rendered).buffered(CONCURRENT).try_collect().await
    }

    pub(crate) async fn render_file(
        &self,
        account: &AccountId,
        file: &File,
        original_refused: bool,
    ) -> Result<Value, Refusal> {
        let project = file.project.as_deref();
        let facts = Facts {
            team: self.team_of(account, file.project_id.as_str(), project).await?,
            comment_count: self.comment_count(account, file).await?,
            original_refused,
            ..Facts::default()
        };
        if let Err(status) = metadata::label(file.metadata.as_deref()) {
            self.report.note(format!("lossy: status '{status}' has no label"));
        }
        Ok(translate::file(file, account, &facts))
    }

    pub(crate) async fn render_folder(
        &self,
        account: &AccountId,
        folder: &Folder,
    ) -> Result<Value, Refusal> {
        let project = folder.project.as_deref();
        let children = ListFolderChildren::new(account, &folder.id);
        let facts = Facts {
            team: self.team_of(account, folder.project_id.as_str(), project).await?,
            item_count: self.counted(children.page_size(1).include_total_count(true)).await?,
            is_root: folder.parent_id.is_none(),
            ..Facts::default()
        };
        Ok(translate::folder(folder, account, &facts))
    }

    async fn render_stack(
        &self,
        account: &AccountId,
        stack: &VersionStack,
        original_refused: bool,
    ) -> Result<Value, Refusal> {
        let project = stack.project.as_deref();
        let versions = ListVersions::new(account, &stack.id);
        let comment_count = match &stack.head_version {
            Some(head) => self.comment_count(account, head).await?,
            None => Some(0),
        };
        let facts = Facts {
            team: self.team_of(account, stack.project_id.as_str(), project).await?,
            item_count: self.counted(versions.page_size(1).include_total_count(true)).await?,
            comment_count,
            original_refused,
            is_root: false,
        };
        Ok(translate::version_stack(stack, account, &facts))
    }

    /// Counts a list, unless counting is switched off; then 1 stands for "unknown", since scripts
    /// skip what has 0.
    async fn counted<E: frameio_core::Paged>(&self, request: E) -> Result<Option<u64>, Refusal> {
        match self.settings.counts {
            Counts::Exact => self.count(request).await.map(Some),
            Counts::Assumed => Ok(Some(1)),
        }
    }

    /// Number of comments on a file: that of the metadata, or counted.
    async fn comment_count(
        &self,
        account: &AccountId,
        file: &File,
    ) -> Result<Option<u64>, Refusal> {
        let fields = file.metadata.as_deref().unwrap_or_default();
        let is_count = |it: &&MetadataField| it.field_definition_name == "Comment Count";
        if let Some(MetadataValue::Number(number)) =
            fields.iter().find(is_count).and_then(|field| field.value.as_ref())
            && let Some(count) = number.as_u64()
        {
            return Ok(Some(count));
        }
        if file.status == FileStatus::Created {
            return Ok(Some(0));
        }
        let comments = ListComments::new(account, &file.id);
        self.counted(comments.page_size(1).include_total_count(true)).await
    }

    /// Team of a project: from the resource, from memory, or from V4.
    pub(crate) async fn team_of(
        &self,
        account: &AccountId,
        project_id: &str,
        project: Option<&Project>,
    ) -> Result<Option<String>, Refusal> {
        if let Some(project) = project {
            self.session.ids.learn_project(account, project);
            return Ok(Some(project.workspace_id.as_str().to_owned()));
        }
        if let Some(place) = self.place(project_id)
            && let Some(team) = place.parent
        {
            return Ok(Some(team));
        }
        let request = ShowProject::new(account, project_id).include(ProjectInclude::Owner);
        match self.send(request).await {
            Ok(project) => {
                self.session.ids.learn_project(account, &project);
                Ok(Some(project.workspace_id.as_str().to_owned()))
            }
            Err(refusal) if refusal.is_not_found() || refusal.is_forbidden() => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// File that stands for an asset with comments: the head version of a stack.
    pub(crate) async fn commented_file(&self, id: &str) -> Result<(AccountId, String), Refusal> {
        match self.asset_kind(id).await? {
            (account, Kind::File) => Ok((account, id.to_owned())),
            (_, Kind::VersionStack) => {
                let stack = self.asset(id).await?;
                let head = match &stack.value.value {
                    Asset::VersionStack(stack) => stack.head_version.as_ref(),
                    _ => None,
                };
                let head = head.ok_or_else(|| Refusal::invalid("the version stack is empty"))?;
                Ok((stack.account, head.id.as_str().to_owned()))
            }
            _ => Err(Refusal::invalid("a folder has no comments")),
        }
    }
}

/// Kinds that the query asks for, as public JavaScript does: `type=file`.
pub(crate) fn kinds(cx: &Context) -> Option<Vec<AssetKind>> {
    let wanted = cx.request.query("type")?;
    let known = ["file", "folder", "version_stack"];
    let kinds: Vec<_> =
        wanted.split(',').filter(|kind| known.contains(kind)).map(AssetKind::from).collect();
    (!kinds.is_empty()).then_some(kinds)
}

pub(crate) fn no_asset() -> Refusal {
    let mut refusal = Refusal::not_found("no such asset");
    refusal.upstream = Some(http::StatusCode::NOT_FOUND);
    refusal
}
