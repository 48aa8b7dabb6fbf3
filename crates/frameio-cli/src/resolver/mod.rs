//! Resolves paths, IDs and links in arguments to items of the service.

mod cached;
mod parent;
mod place;
pub(crate) mod shares;

use std::path::Path;

use frameio::auth::profile::{Profile, is_local};
use frameio::transfer::{
    Locator, PlaceLookup, RemotePath, Resolved, ResolvedItem, TransferError, TransferErrorKind,
    Transfers,
};
use frameio::{AccountId, AssetId, FolderId, WorkspaceId};

use self::cached::CachedItems;
pub(crate) use self::parent::{Parent, parent};
use self::place::{Place, RelativePath, is_place};
pub(crate) use self::place::{is_id, is_relative};
use crate::args::{AccountArg, GlobalArgs, WorkspaceArgs};
use crate::config::{CURRENT_FOLDER, ProfileIds};
use crate::exit::{Failure, Status};
use crate::input;
use crate::name_cache::NameCache;
use crate::web_link::{Container, WebLink};

/// Variable that turns off the cache of names.
const NO_CACHE: &str = "FRAMEIO_NO_CACHE";

/// Returns whether relative paths have a start, see [`Resolver::has_base`].
pub(crate) fn has_base(global: &GlobalArgs) -> Result<bool, Failure> {
    let has_project = global.profile.load()?.project_id.is_some();
    Ok(has_project || input::variable(CURRENT_FOLDER)?.is_some())
}

/// Whether the resolved items are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    Read,
    Write,
}

/// Resolves paths and IDs.
pub(crate) struct Resolver<'a> {
    transfers: &'a Transfers,
    account: Option<&'a str>,
    profile: Profile,
    /// Folder of the variable `FRAMEIO_CWD`.
    current_folder: Option<String>,
    cached: Option<CachedItems>,
    /// Lookup of several places, before anything is changed.
    lookup: Option<PlaceLookup>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(
        global: &GlobalArgs,
        transfers: &'a Transfers,
        account: &'a AccountArg,
    ) -> Result<Self, Failure> {
        let profile = global.profile.load()?;
        let current_folder = input::variable(CURRENT_FOLDER)?;
        let is_cached = input::variable(NO_CACHE)?.is_none();
        let cached = match NameCache::locate().filter(|_| is_cached) {
            Some(cache) => Some(CachedItems::new(cache, global.name_owner()?)),
            None => None,
        };
        let account = account.given();
        Ok(Self { transfers, account, profile, current_folder, cached, lookup: None })
    }

    /// Creates a resolver of absolute places that uses neither the profile nor the cache.
    pub(crate) fn absolute(transfers: &'a Transfers, account: Option<&'a str>) -> Self {
        let profile = Profile::default();
        Self { transfers, account, profile, current_folder: None, cached: None, lookup: None }
    }

    /// Reads each list once for all places that are resolved. The command must resolve all of them before it
    /// changes anything.
    pub(crate) fn for_many(self) -> Self {
        let lookup = self.transfers.place_lookup();
        self.with_lookup(lookup)
    }

    /// Same, with the lists that another resolver of the run has read.
    pub(crate) fn with_lookup(self, lookup: PlaceLookup) -> Self {
        Self { lookup: Some(lookup), cached: None, ..self }
    }

    /// Finds an item at the service.
    async fn locate(&self, locator: Locator) -> Result<Resolved, TransferError> {
        match &self.lookup {
            Some(lookup) => lookup.resolve(locator).await,
            None => self.transfers.resolve(locator).await,
        }
    }

    /// Finds an item below another one at the service.
    async fn locate_in(
        &self,
        item: &Resolved,
        below: &RemotePath,
    ) -> Result<Resolved, TransferError> {
        match &self.lookup {
            Some(lookup) => lookup.resolve_in(item, below).await,
            None => self.transfers.resolve_in(item, below).await,
        }
    }

    /// Returns the account of the arguments or the profile; `None` to search all accounts.
    pub(crate) fn account(&self) -> Option<&str> {
        self.account.or(self.profile.account_id.as_deref())
    }

    /// Returns whether relative paths have a start: the folder of `FRAMEIO_CWD`, or the project of the
    /// profile. It is the default for a missing argument.
    pub(crate) fn has_base(&self) -> bool {
        self.base_text().is_some()
    }

    /// Returns whether the project of the profile is ignored, because other credentials are used.
    pub(crate) const fn ignores_profile(&self) -> bool {
        self.profile.ids_omitted
    }

    fn base_text(&self) -> Option<&str> {
        self.current_folder.as_deref().or(self.profile.project_id.as_deref())
    }

    /// Resolves a path, an ID or a link; without one, the folder that relative paths start at.
    ///
    /// The item is current, but the names above it can be up to a minute old.
    pub(crate) async fn resolve(&self, text: Option<&str>) -> Result<Resolved, Failure> {
        self.find(text, true).await
    }

    /// Resolves the place of an item that is about to be changed, or of the folder that receives one.
    ///
    /// Nothing is taken from the cache. An item that was found by its path is read again by its ID:
    /// between the lists of the folders and the change, somebody may have renamed, moved or replaced it.
    /// Siblings of the same name are refused with their IDs.
    pub(crate) async fn resolve_for_write(&self, text: Option<&str>) -> Result<Resolved, Failure> {
        let found = self.find(text, false).await?;
        let given = self.given(text)?;
        self.check_link(given, &found).await?;
        let place = Place::parse(given, text.is_some() && self.has_base())?;
        if matches!(place, Place::Locator(Locator::Id(_)) | Place::Share(_) | Place::ShortLink(_)) {
            // An item that was found by its ID has just been read.
            return Ok(found);
        }
        let current = self.transfers.read_again(&found.location()).await?;
        check_unchanged(&found, &current)?;
        Ok(current)
    }

    /// Refuses a link whose item is not, or no longer, in the project or share that the link names.
    async fn check_link(&self, text: &str, found: &Resolved) -> Result<(), Failure> {
        let Some(WebLink::Item { within, .. }) = WebLink::parse(text)? else { return Ok(()) };
        let (is_inside, kind) = match within {
            Container::None => return Ok(()),
            Container::Project(id) => {
                let project = found.project_id.as_ref();
                (project.is_some_and(|it| it.as_str().eq_ignore_ascii_case(id)), "project")
            }
            Container::Share(id) => {
                (shares::contains(self.transfers.client(), id, found).await?, "share")
            }
        };
        match is_inside {
            true => Ok(()),
            false => Err(Failure::new(
                Status::Conflict,
                format!(
                    "'{}' is not in the {kind} that the link '{text}' names: nothing was changed; pass its \
                     path or ID",
                    found.path
                ),
            )),
        }
    }

    /// Resolves a place as its purpose requires.
    pub(crate) async fn resolve_for(
        &self,
        purpose: Purpose,
        text: Option<&str>,
    ) -> Result<Resolved, Failure> {
        match purpose {
            Purpose::Read => self.resolve(text).await,
            Purpose::Write => self.resolve_for_write(text).await,
        }
    }

    /// Resolves the place of an item that is about to be moved or deleted: an absolute path, an ID or a
    /// link of one. A relative path is refused, because what it names depends on settings, and the link of a
    /// share, because it names the share as well as its only item.
    pub(crate) async fn resolve_absolute(&self, text: &str) -> Result<Resolved, Failure> {
        if is_relative(text, self.has_base()) {
            return Err(Failure::usage(format!(
                "'{text}' is a relative path: pass an absolute one, such as \
                 /Workspace/Project/Folder, or an ID"
            )));
        }
        if let Some(WebLink::Share(_) | WebLink::Short(_)) = WebLink::parse(text)? {
            return Err(Failure::usage(format!(
                "'{text}' is the link of a share, not of an item: pass the path or ID of the item; \
                 `frameio share delete` deletes the share"
            )));
        }
        self.resolve_for_write(Some(text)).await
    }

    /// Resolves a path, an ID or a link; `/` and `//Account` name the workspaces.
    pub(crate) async fn listable(&self, text: Option<&str>) -> Result<Listable, Failure> {
        if let Some(text) = text
            && let Place::Locator(Locator::Path { account, path }) =
                Place::parse(text, self.has_base())?
            && path.names().is_empty()
        {
            return Ok(Listable::Root(account.or_else(|| self.account().map(str::to_owned))));
        }
        self.resolve(text).await.map(|resolved| Listable::Item(Box::new(resolved)))
    }

    /// Resolves the workspace that contains a place, or that has this name.
    pub(crate) async fn workspace(
        &self,
        purpose: Purpose,
        text: &str,
    ) -> Result<(AccountId, WorkspaceId), Failure> {
        let place = self.workspace_place(purpose, text).await?;
        Ok((place.account_id, place.workspace_id))
    }

    /// Resolves a place in a workspace, or the workspace that has this name.
    pub(crate) async fn workspace_place(
        &self,
        purpose: Purpose,
        text: &str,
    ) -> Result<Resolved, Failure> {
        // No relative path: a text without slashes is an ID or a name.
        let is_name = !text.is_empty() && is_relative(text, true);
        let path = is_name.then(|| RemotePath::new([text]).to_string());
        self.resolve_for(purpose, Some(path.as_deref().unwrap_or(text))).await
    }

    /// Returns the workspace of the arguments or the profile, and its account.
    pub(crate) async fn workspace_of(
        &self,
        purpose: Purpose,
        args: &WorkspaceArgs,
    ) -> Result<(AccountId, WorkspaceId), Failure> {
        if let Some(given) = &args.given {
            return self.workspace(purpose, given).await;
        }
        let Some(id) = &self.profile.workspace_id else {
            let message =
                "'--workspace' is required: `frameio profile set --workspace` sets a default";
            return Err(self.profile.explain(Failure::usage(message)));
        };
        let account = args.account.id(self.transfers.client(), &self.profile).await?;
        Ok((account, id.as_str().into()))
    }

    /// Resolves a folder, or a project to its root folder, as the purpose requires.
    pub(crate) async fn folder(
        &self,
        purpose: Purpose,
        text: Option<&str>,
    ) -> Result<(AccountId, FolderId), Failure> {
        folder_of(&self.resolve_for(purpose, text).await?)
    }

    /// Returns the given place, or the folder that relative paths start at.
    fn given<'t>(&'t self, text: Option<&'t str>) -> Result<&'t str, Failure> {
        text.or(self.base_text()).ok_or_else(|| {
            self.profile.explain(Failure::usage(
                "no path or ID given: pass one, such as /Workspace/Project/Folder, or set a default \
                 with `frameio profile set --project` or FRAMEIO_CWD",
            ))
        })
    }

    async fn find(&self, text: Option<&str>, uses_cache: bool) -> Result<Resolved, Failure> {
        let found = self.find_given(text, uses_cache).await;
        found.map_err(|failure| match (text, &self.current_folder) {
            // The user may not remember that the variable is set.
            (None, Some(_)) => failure.about(CURRENT_FOLDER),
            _ => failure,
        })
    }

    async fn find_given(&self, text: Option<&str>, uses_cache: bool) -> Result<Resolved, Failure> {
        let given = self.given(text)?;
        // The folder that relative paths start at is not relative itself.
        let has_base = text.is_some() && self.has_base();
        let is_current_folder = text.is_none() && self.current_folder.is_some();
        match Place::parse(given, has_base)? {
            Place::Locator(Locator::Id(_)) if is_current_folder && !is_place(given) => {
                Err(no_base(given, true))
            }
            Place::Locator(Locator::Id(id)) => self.id(given, &id, uses_cache).await,
            Place::Locator(Locator::Path { account, path }) => {
                self.path(account, path, uses_cache).await
            }
            Place::Locator(_) => Err(Failure::usage(format!("'{given}' is not supported"))),
            Place::Relative(_) if !has_base => {
                Err(self.profile.explain(no_base(given, text.is_none())))
            }
            Place::Relative(relative) => self.relative(given, relative, uses_cache).await,
            Place::Share(share) => self.share(given, share).await,
            Place::ShortLink(link) => self.short_link(given, link).await,
        }
    }

    async fn id(&self, text: &str, id: &AssetId, uses_cache: bool) -> Result<Resolved, Failure> {
        let cached = self.cached.as_ref().filter(|_| uses_cache);
        if let Some(cached) = cached
            && let Some(item) = cached.id(self.transfers, id.as_str()).await?
        {
            return self.in_account(text, item);
        }
        let found = self.locate(Locator::Id(id.clone())).await;
        let item = found.map_err(|error| match error.kind() {
            TransferErrorKind::NotFound if !is_place(text) => self.profile.explain(no_place(text)),
            _ => error.into(),
        })?;
        if let Some(cached) = cached {
            cached.remember_id(id.as_str(), &item);
        }
        self.in_account(text, item)
    }

    async fn path(
        &self,
        account: Option<String>,
        path: RemotePath,
        uses_cache: bool,
    ) -> Result<Resolved, Failure> {
        let typed = account.or_else(|| self.account.map(str::to_owned));
        let cached = self.cached.as_ref().filter(|_| uses_cache && !path.names().is_empty());
        if let Some(cached) = cached
            && let Some((above, below)) =
                cached.path(self.transfers, typed.as_deref(), &path).await?
        {
            let is_complete = below.names().is_empty();
            // If the name is missing in a known folder, another folder may have its path now.
            if let Ok(item) = self.transfers.resolve_in(&above, &below).await {
                if !is_complete {
                    cached.remember_path(typed.as_deref(), &path, &item);
                }
                return Ok(item);
            }
        }
        let account = typed.clone().or_else(|| self.account().map(str::to_owned));
        let item = self.locate(Locator::Path { account, path: path.clone() }).await?;
        if let Some(cached) = cached {
            cached.remember_path(typed.as_deref(), &path, &item);
        }
        Ok(item)
    }

    async fn relative(
        &self,
        text: &str,
        relative: RelativePath,
        uses_cache: bool,
    ) -> Result<Resolved, Failure> {
        let RelativePath { up, names } = relative;
        let below = RemotePath::new(names);
        if let Some(Ok(Locator::Path { account, path })) = self.base_text().map(str::parse)
            && path.names().is_empty()
            && up == 0
        {
            // Relative paths start at the workspaces.
            return self.path(account, below, uses_cache).await;
        }
        let base = Box::pin(self.find(None, uses_cache)).await?;
        if up == 0 {
            return Ok(self.locate_in(&base, &below).await?);
        }
        let kept = base.path.names().len().checked_sub(up).filter(|kept| *kept > 0);
        let Some(above) = kept.and_then(|kept| base.path.names().get(..kept)) else {
            let message = format!("'{text}' is above the workspace of '{}'", base.path);
            return Err(Failure::usage(message));
        };
        let path = RemotePath::new(above.iter().chain(below.names()));
        self.path(Some(base.account_id.as_str().to_owned()), path, uses_cache).await
    }

    /// Resolves a share to its only item.
    async fn share(&self, text: &str, share: &str) -> Result<Resolved, Failure> {
        let accounts = shares::accounts(self.transfers, self.account()).await?;
        let client = self.transfers.client();
        let (account, item) = shares::only_item(client, accounts, share).await?;
        self.in_account(text, self.transfers.locate(&account, &item).await?)
    }

    /// Resolves a short link: by the redirect of its host, or else by the shares of the projects.
    async fn short_link(&self, text: &str, link: &str) -> Result<Resolved, Failure> {
        let client = self.transfers.client();
        // The public service does not know the links of a simulator.
        let is_public = !client.base_url().is_some_and(|url| is_local(&url.to_string()));
        let redirected = if is_public { shares::redirect(link).await } else { None };
        if let Some(share) = redirected {
            return self.share(text, &share).await;
        }
        let projects = shares::projects(client, self.transfers, self.account()).await?;
        match shares::with_short_link(client, projects, link).await? {
            Some((_, share)) => self.share(text, share.id.as_str()).await,
            None => Err(Failure::new(Status::NotFound, format!("no share has the link '{text}'"))),
        }
    }

    /// Refuses an item of another account than that of the arguments. The account of the profile is only
    /// a default: an ID may belong to another account.
    fn in_account(&self, text: &str, item: Resolved) -> Result<Resolved, Failure> {
        match self.account {
            Some(wanted) if wanted != item.account_id.as_str() => {
                let message = format!("'{text}' is in the account {}", item.account_id.as_str());
                Err(Failure::value("--account", wanted, message))
            }
            _ => Ok(item),
        }
    }
}

/// Creates the failure of a text that is neither a path nor the ID of an item.
fn no_place(text: &str) -> Failure {
    let hint = match Path::new(text).exists() {
        true => "it is a local file or directory; `frameio upload` sends it, and `frameio download -o` saves \
                 to it"
            .to_owned(),
        false if text.starts_with('-') || text.contains(':') => "a path begins with '/'".to_owned(),
        false => format!("a path begins with '/', such as '/{text}'"),
    };
    let message = format!("'{text}' is neither a path nor the ID of an item: {hint}");
    Failure::new(Status::NotFound, message)
}

fn no_base(text: &str, is_base: bool) -> Failure {
    Failure::usage(match is_base {
        true => {
            format!("'{text}' is a relative path: set the variable to an absolute one")
        }
        false => format!(
            "'{text}' is a relative path: set {CURRENT_FOLDER} to the folder that it starts at, or pass \
             an absolute path, such as /Workspace/Project/Folder"
        ),
    })
}

pub(crate) fn folder_of(resolved: &Resolved) -> Result<(AccountId, FolderId), Failure> {
    match resolved.folder_id() {
        Some(folder) => Ok((resolved.account_id.clone(), folder.clone())),
        None => Err(not_a_folder(resolved)),
    }
}

/// Reads an item again, and refuses one that has another name or parent than before.
pub(crate) async fn read_unchanged(transfers: &Transfers, found: &Resolved) -> Result<(), Failure> {
    let current = transfers.read_again(&found.location()).await?;
    check_unchanged(found, &current)
}

/// Refuses an item that has another name or parent than when its path was followed.
fn check_unchanged(found: &Resolved, current: &Resolved) -> Result<(), Failure> {
    let change = if current.path != found.path {
        let name = current.path.names().last().map_or("", String::as_str);
        format!("is named '{name}' now")
    } else if let (Some(was), Some(is)) = (found.parent_id(), current.parent_id())
        && was != is
    {
        "is in another folder now".to_owned()
    } else {
        return Ok(());
    };
    let message = format!("'{}' {change}: nothing was changed; check the path again", found.path);
    Err(Failure::new(Status::Conflict, message))
}

/// Argument of `frameio ls` and `frameio tree`.
pub(crate) enum Listable {
    /// The workspaces of the account with this name or ID, or of all accounts.
    Root(Option<String>),
    /// A workspace, or an item in one.
    Item(Box<Resolved>),
}

/// Refuses an item that cannot contain files.
pub(crate) fn not_a_folder(item: &Resolved) -> Failure {
    let reason = match item.item {
        ResolvedItem::Workspace => "is a workspace: pass one of its projects or folders instead",
        _ => "is not a folder or project",
    };
    Failure::usage(format!("'{}' {reason}", item.path))
}
