//! A walk through everything below a place: workspaces, projects, and the items in their folders.

use frameio::assets::Asset;
use frameio::projects::{ListProjects, Project};
use frameio::transfer::{RemotePath, ResolvedItem, TransferErrorKind, Transfers, Walk, WalkError};
use frameio::workspaces::Workspace;
use frameio::{AccountId, Client, WorkspaceId};

use crate::exit::{Failure, Status};
use crate::report::activity::ShownWalk;
use crate::report::{Reporter, SkippedItems, counted};
use crate::resolver::{Listable, not_a_folder};

/// Item of a walk.
#[derive(Clone, Copy)]
pub(super) enum Visited<'a> {
    Workspace(&'a Workspace),
    Project(&'a Project),
    Asset(&'a Asset),
}

/// Takes the items of a walk.
pub(super) trait Visitor {
    /// Takes an item, and its path from the place of the walk on.
    fn visit(&mut self, item: Visited<'_>, path: &RemotePath) -> Result<(), Failure>;

    /// Returns whether the walk ends early.
    fn is_done(&self) -> bool {
        false
    }
}

/// Returns why a folder could not be listed; `root` is the path of the folder in which the walk began.
pub(super) fn unlisted(root: &RemotePath, error: &WalkError) -> String {
    format!("{}: {}", root.append(&error.path), error.error)
}

/// A walk, and the folders that it could not list.
pub(super) struct PlaceWalk<'a> {
    client: &'a Client,
    transfers: &'a Transfers,
    /// Maximum number of levels.
    depth: Option<usize>,
    /// Path of the place.
    root: RemotePath,
    shown: ShownWalk,
    reporter: Reporter,
    /// Projects that could not be decoded.
    skipped: SkippedItems,
    failed: u64,
    /// Status that all failures share.
    status: Option<Status>,
}

impl<'a> PlaceWalk<'a> {
    pub(super) fn new(client: &'a Client, transfers: &'a Transfers, depth: Option<usize>) -> Self {
        let (reporter, skipped) = (Reporter::text(), SkippedItems::default());
        let shown = ShownWalk::start();
        let root = RemotePath::default();
        Self { client, transfers, depth, root, shown, reporter, skipped, failed: 0, status: None }
    }

    /// Visits everything below a place, not the place itself.
    pub(super) async fn run(
        &mut self,
        place: &Listable,
        visitor: &mut impl Visitor,
    ) -> Result<(), Failure> {
        let top = RemotePath::default();
        let item = match place {
            Listable::Root(account) => {
                return self.workspaces(account.as_deref(), visitor).await;
            }
            Listable::Item(item) => item,
        };
        self.root = item.path.clone();
        let account = &item.account_id;
        match (&item.item, item.folder_id()) {
            (ResolvedItem::Workspace, _) => {
                self.projects(account, &item.workspace_id, &top, visitor).await
            }
            (_, Some(folder)) => {
                self.folder(self.transfers.walk(account, folder), &top, visitor).await
            }
            _ => Err(not_a_folder(item)),
        }
    }

    /// Fails if a part could not be listed. `verb` is what the walk was for, such as "listed".
    pub(super) fn finish(self, verb: &str) -> Result<(), Failure> {
        match self.status {
            None => self.skipped.finish(),
            Some(status) => {
                let failed = counted(self.failed, "folder");
                let message = format!("{failed} could not be {verb} completely");
                Err(Failure::new(status, message))
            }
        }
    }

    async fn workspaces(
        &mut self,
        account: Option<&str>,
        visitor: &mut impl Visitor,
    ) -> Result<(), Failure> {
        for (account, workspace) in self.transfers.workspaces(account).await? {
            let path = RemotePath::new([&workspace.name]);
            visitor.visit(Visited::Workspace(&workspace), &path)?;
            self.projects(&account, &workspace.id, &path, visitor).await?;
        }
        Ok(())
    }

    async fn projects(
        &mut self,
        account: &AccountId,
        workspace: &WorkspaceId,
        above: &RemotePath,
        visitor: &mut impl Visitor,
    ) -> Result<(), Failure> {
        if self.is_too_deep(above) || visitor.is_done() {
            return Ok(());
        }
        let list = ListProjects::new(account, workspace).page_size(100);
        let mut projects = self.client.items(list).skip_undecodable(true);
        while let Some(project) = projects.next().await {
            self.skipped.add(&self.reporter, projects.take_skipped());
            let project = project?;
            self.shown.found();
            let path = above.join(&project.name);
            visitor.visit(Visited::Project(&project), &path)?;
            if visitor.is_done() {
                return Ok(());
            }
            if !self.is_too_deep(&path) {
                let walk = self.transfers.walk(account, project.root_folder_id);
                self.folder(walk, &path, visitor).await?;
            }
        }
        self.skipped.add(&self.reporter, projects.take_skipped());
        Ok(())
    }

    /// Returns whether the children of a path are below the maximum depth.
    fn is_too_deep(&self, path: &RemotePath) -> bool {
        self.depth.is_some_and(|depth| path.names().len() >= depth)
    }

    async fn folder(
        &mut self,
        walk: Walk,
        above: &RemotePath,
        visitor: &mut impl Visitor,
    ) -> Result<(), Failure> {
        let mut walk = walk.skip_undecodable(true);
        if let Some(depth) = self.depth {
            walk = walk.max_depth(depth.saturating_sub(1 + above.names().len()));
        }
        while !visitor.is_done()
            && let Some(entry) = walk.next().await
        {
            match entry {
                Ok(entry) => {
                    self.shown.found();
                    visitor.visit(Visited::Asset(&entry.asset), &above.append(&entry.path))?;
                }
                // Folders below the maximum depth.
                Err(error)
                    if self.depth.is_some() && error.error.kind() == TransferErrorKind::Invalid => {
                }
                Err(error) => {
                    self.failed += 1;
                    let status = Status::of_file(&error.error);
                    self.status = Some(Status::common(self.status, status));
                    self.reporter.note(&unlisted(&self.root.append(above), &error));
                }
            }
        }
        Ok(())
    }
}
