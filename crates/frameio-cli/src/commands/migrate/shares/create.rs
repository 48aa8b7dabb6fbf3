//! Creates shares that replace old links, each once.

use std::collections::HashMap;

use frameio::shares::{CreateShare, Share, ShareAccess};
use frameio::transfer::{Resolved, ResolvedItem};
use frameio::{AccountId, AssetId, Client, ProjectId};
use jiff::Timestamp;

use super::record::{Created, Line, Record};
use crate::exit::{Failure, Status};
use crate::resolver::Resolver;
use crate::resolver::shares::of_project;

/// Maximum length of the name of a share.
const MAX_NAME: usize = 175;

/// A share to create.
pub(super) struct NewShare {
    pub(super) account: AccountId,
    pub(super) project: ProjectId,
    pub(super) name: String,
    assets: Vec<AssetId>,
    /// The share whose settings it has.
    like: Option<Share>,
}

/// Settings of shares that replace a link without a match.
#[derive(Clone, Debug)]
pub(super) struct Defaults {
    pub(super) access: ShareAccess,
    pub(super) downloads: bool,
}

impl NewShare {
    /// Resolves the items of a share, which have to be in one project.
    pub(super) async fn plan(
        resolver: &Resolver<'_>,
        items: &[String],
        like: Option<&Share>,
    ) -> Result<Self, Failure> {
        let mut resolved: Vec<Resolved> = Vec::new();
        for item in items {
            resolved.push(resolver.resolve_for_write(Some(item)).await?);
        }
        let Some(first) = resolved.first() else { return Err(Failure::usage("no items")) };
        let Some(project) = first.project_id.clone() else { return Err(no_asset(first)) };
        let mut assets = Vec::new();
        for item in &resolved {
            if item.project_id.as_ref() != Some(&project) {
                let message =
                    format!("'{}' is in another project than '{}'", item.path, first.path);
                return Err(Failure::usage(message));
            }
            assets.push(asset(item)?);
        }
        let own = like.and_then(|share| share.name.clone());
        let path = || first.path.names().last().cloned();
        let name = own.or_else(path).unwrap_or_else(|| "Review".to_owned());
        let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = name.chars().take(MAX_NAME).collect();
        let account = first.account_id.clone();
        Ok(Self { account, project, name, assets, like: like.cloned() })
    }

    /// Returns the request. A share without reviewers sends no mail.
    fn request(&self, defaults: &Defaults, now: Timestamp) -> CreateShare {
        let access = match &self.like {
            Some(like) => like.access.clone(),
            None => defaults.access.clone(),
        };
        let mut request = CreateShare::new(&self.account, &self.project, &*self.name, access)
            .asset_ids(self.assets.clone());
        match &self.like {
            Some(like) => {
                request.passphrase.clone_from(&like.passphrase);
                request.expiration = like.expiration.filter(|end| *end > now);
                request.downloading_enabled = Some(like.downloading_enabled);
                request.commenting_enabled = Some(like.commenting_enabled);
                request.show_all_asset_versions = like.show_all_asset_versions;
            }
            None => request.downloading_enabled = Some(defaults.downloads),
        }
        request
    }
}

fn asset(item: &Resolved) -> Result<AssetId, Failure> {
    match (&item.item, item.folder_id()) {
        (_, Some(folder)) => Ok(folder.as_str().into()),
        (ResolvedItem::File(file), _) => Ok(file.id.as_str().into()),
        (ResolvedItem::VersionStack(stack), _) => Ok(stack.id.as_str().into()),
        _ => Err(no_asset(item)),
    }
}

fn no_asset(item: &Resolved) -> Failure {
    let message = format!("'{}' is a workspace: share a project, folder or file", item.path);
    Failure::usage(message)
}

/// Creates shares, and remembers those of each project.
pub(super) struct Creator<'a> {
    pub(super) client: &'a Client,
    pub(super) defaults: Defaults,
    pub(super) record: Record,
    pub(super) known: HashMap<ProjectId, Vec<Share>>,
}

impl Creator<'_> {
    /// Creates the share for a link, unless an earlier run has created it.
    pub(super) async fn create(&mut self, old: &str, new: &NewShare) -> Result<Created, Failure> {
        if !self.known.contains_key(&new.project) {
            let shares = of_project(self.client, &new.account, &new.project).await?;
            self.known.insert(new.project.clone(), shares);
        }
        if let Some(created) = self.interrupted(old, new)? {
            return Ok(created);
        }
        let known = self.known.get(&new.project).into_iter().flatten();
        let same_name = known.filter(|share| share.name.as_deref() == Some(&*new.name));
        let before = same_name.map(|share| share.id.as_str().to_owned()).collect();
        self.append(Line::Creating {
            old: old.to_owned(),
            account: new.account.as_str().to_owned(),
            project: new.project.as_str().to_owned(),
            name: new.name.clone(),
            before,
        })?;
        let share = self.client.send(new.request(&self.defaults, Timestamp::now())).await?;
        let created = self.created(old, &share)?;
        self.known.entry(new.project.clone()).or_default().push(share);
        Ok(created)
    }

    /// Finds the share of a creation whose response is unknown.
    fn interrupted(&mut self, old: &str, new: &NewShare) -> Result<Option<Created>, Failure> {
        let Some(Line::Creating { project, name, before, .. }) = self.record.interrupted(old)
        else {
            return Ok(None);
        };
        if *project != *new.project.as_str() {
            let message = format!(
                "a run that was interrupted may have created the share in the project {project}; \
                 look there, or restore the items of this link"
            );
            return Err(Failure::new(Status::Refused, message));
        }
        let recorded = self.record.ids();
        let known = self.known.get(&new.project).into_iter().flatten();
        let candidates: Vec<Share> = known
            .filter(|share| share.name.as_deref() == Some(name))
            .filter(|share| !recorded.contains(share.id.as_str()))
            .filter(|share| !before.iter().any(|id| id == share.id.as_str()))
            .cloned()
            .collect();
        match candidates.as_slice() {
            [] => Ok(None),
            [share] => self.created(old, share).map(Some),
            several => {
                let message = format!(
                    "{} shares named '{name}' were created since the run that was interrupted; \
                     delete those that are not needed",
                    several.len()
                );
                Err(Failure::new(Status::Refused, message))
            }
        }
    }

    fn created(&mut self, old: &str, share: &Share) -> Result<Created, Failure> {
        let created = Created {
            old: old.to_owned(),
            id: share.id.as_str().to_owned(),
            name: share.name.clone().unwrap_or_default(),
            link: share.short_url.clone(),
        };
        self.append(Line::Created(created.clone()))?;
        Ok(created)
    }

    fn append(&mut self, line: Line) -> Result<(), Failure> {
        self.record.append(line).map_err(|error| {
            let reason = crate::exit::io_reason(&error);
            Failure::new(Status::Other, format!("cannot write the file of results: {reason}"))
        })
    }
}
