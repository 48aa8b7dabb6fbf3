//! Finds items by the pattern of their names, in a walk of the folders.

use frameio::projects::ListProjects;
use frameio::transfer::{RemotePath, ResolvedItem, Transfers, Walk};
use frameio::{AccountId, Client, WorkspaceId};
use globset::{GlobBuilder, GlobMatcher};

use super::super::by_name::normalized;
use super::Output;
use super::row::FoundItem;
use crate::exit::{Failure, Status};
use crate::report::SkippedItems;
use crate::resolver::{Listable, not_a_folder};

/// Pattern of names.
pub(super) struct Pattern(GlobMatcher);

impl Pattern {
    pub(super) fn parse(text: &str, ignores_case: bool) -> Result<Self, Failure> {
        let glob = GlobBuilder::new(&normalized(text))
            .case_insensitive(ignores_case)
            .literal_separator(false)
            .build();
        match glob {
            Ok(glob) => Ok(Self(glob.compile_matcher())),
            Err(error) => Err(Failure::value("--name", text, error.kind())),
        }
    }

    fn is_match(&self, name: &str) -> bool {
        self.0.is_match(normalized(name))
    }
}

/// A search for names.
pub(super) struct Search<'a> {
    client: &'a Client,
    transfers: &'a Transfers,
    pattern: Pattern,
    output: Output,
    skipped: SkippedItems,
    /// Number of folders that could not be listed, and the status that they share.
    failed: u64,
    status: Option<Status>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        client: &'a Client,
        transfers: &'a Transfers,
        pattern: Pattern,
        output: Output,
    ) -> Self {
        let skipped = SkippedItems::default();
        Self { client, transfers, pattern, output, skipped, failed: 0, status: None }
    }

    pub(super) async fn run(mut self, place: Listable) -> Result<(), Failure> {
        match place {
            Listable::Root(account) => {
                for (account, workspace) in self.transfers.workspaces(account.as_deref()).await? {
                    let path = RemotePath::new([&workspace.name]);
                    self.projects(&account, &workspace.id, &path).await?;
                }
            }
            Listable::Item(item) => {
                let account = &item.account_id;
                match (&item.item, item.folder_id()) {
                    (ResolvedItem::Workspace, _) => {
                        self.projects(account, &item.workspace_id, &item.path).await?;
                    }
                    (_, Some(folder)) => {
                        self.walk(self.transfers.walk(account, folder), &item.path).await?;
                    }
                    _ => return Err(not_a_folder(&item)),
                }
            }
        }
        self.finish()
    }

    async fn projects(
        &mut self,
        account: &AccountId,
        workspace: &WorkspaceId,
        above: &RemotePath,
    ) -> Result<(), Failure> {
        let list = ListProjects::new(account, workspace).page_size(100);
        let mut projects = self.client.items(list).skip_undecodable(true);
        while let Some(project) = projects.next().await {
            let project = project?;
            let path = above.join(&project.name);
            if self.output.wants("project") && self.pattern.is_match(&project.name) {
                self.output.add(&FoundItem::project(&project, path.clone()))?;
            }
            if self.output.is_full() {
                return Ok(());
            }
            self.walk(self.transfers.walk(account, project.root_folder_id), &path).await?;
        }
        self.skipped.add(self.output.list.reporter(), projects.take_skipped());
        Ok(())
    }

    async fn walk(&mut self, walk: Walk, above: &RemotePath) -> Result<(), Failure> {
        let mut walk = walk.skip_undecodable(true);
        while !self.output.is_full()
            && let Some(entry) = walk.next().await
        {
            match entry {
                Ok(entry) => {
                    let asset = &entry.asset;
                    if self.output.wants(asset.kind()) && self.pattern.is_match(asset.name()) {
                        let names = above.names().iter().chain(entry.path.names());
                        self.output.add(&FoundItem::new(asset, Some(RemotePath::new(names))))?;
                    }
                }
                Err(error) => {
                    self.failed += 1;
                    let status = Status::of_file(&error.error);
                    self.status = Some(Status::common(self.status, status));
                    self.output.list.reporter().note(&error.to_string());
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Failure> {
        self.output.list.finish()?;
        match self.status {
            None => self.skipped.finish(),
            Some(status) => {
                let message = match self.failed {
                    1 => "1 folder could not be searched completely".to_owned(),
                    failed => format!("{failed} folders could not be searched completely"),
                };
                Err(Failure::new(status, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        let matches =
            |pattern: &str, name: &str| Pattern::parse(pattern, false).unwrap().is_match(name);
        assert!(matches("*.mov", "A001.mov") && !matches("*.mov", "A001.mov.txt"));
        assert!(matches("*.{mov,mp4}", "a.mp4") && matches("A00?", "A001"));
        assert!(matches("*4*5*", "Scene 4/5"), "a slash is a character like others");
        assert!(matches("Caf\u{e9}*", "Cafe\u{301}.mov"), "macOS decomposes é");
        assert!(!matches("*.MOV", "a.mov"));
        assert!(Pattern::parse("*.MOV", true).unwrap().is_match("a.mov"));
    }

    #[test]
    fn refuses_an_invalid_pattern() {
        let failure = Pattern::parse("[", false).map(drop).unwrap_err();
        assert!(failure.message.starts_with("invalid value '[' for '--name': "), "{failure:?}");
    }
}
