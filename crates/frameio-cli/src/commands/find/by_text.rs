//! Finds items by the search of the service.

use frameio::assets::Asset;
use frameio::search::{SearchAccount, SearchEngine, SearchFilters, SearchResult};
use frameio::transfer::{Resolved, ResolvedItem, Transfers};
use frameio::{AccountId, AssetId, Client, ProjectId};

use super::super::assets::Locations;
use super::row::FoundItem;
use super::{Engine, Output};
use crate::exit::Failure;
use crate::report::{SkippedItems, counted};
use crate::resolver::{Listable, not_a_folder};

/// Searches the account of a place, or all accounts.
pub(super) async fn run(
    client: &Client,
    transfers: &Transfers,
    words: (&str, Engine),
    place: Listable,
    mut output: Output,
) -> Result<(), Failure> {
    let mut skipped = SkippedItems::default();
    match place {
        Listable::Item(item) => {
            if !matches!(item.item, ResolvedItem::Workspace) && item.folder_id().is_none() {
                return Err(not_a_folder(&item));
            }
            let mut search = Search::new(client, item.account_id.clone(), Some(&item));
            search.run(words, &mut output, &mut skipped).await?;
        }
        Listable::Root(account) => {
            for account in accounts(transfers, account.as_deref()).await? {
                let mut search = Search::new(client, account, None);
                search.run(words, &mut output, &mut skipped).await?;
            }
        }
    }
    output.list.finish()?;
    skipped.finish()
}

/// Returns the accounts that have workspaces.
async fn accounts(transfers: &Transfers, wanted: Option<&str>) -> Result<Vec<AccountId>, Failure> {
    let workspaces = transfers.workspaces(wanted).await?;
    let mut accounts: Vec<_> = workspaces.into_iter().map(|(account, _)| account).collect();
    accounts.dedup();
    Ok(accounts)
}

/// A search in one account.
struct Search<'a> {
    client: &'a Client,
    account: AccountId,
    /// Workspace, project or folder of the results.
    place: Option<&'a Resolved>,
    locations: Locations<'a>,
}

impl<'a> Search<'a> {
    fn new(client: &'a Client, account: AccountId, place: Option<&'a Resolved>) -> Self {
        let locations = Locations::new(client, account.clone());
        Self { client, account, place, locations }
    }

    async fn run(
        &mut self,
        (words, engine): (&str, Engine),
        output: &mut Output,
        skipped: &mut SkippedItems,
    ) -> Result<(), Failure> {
        let engine = match engine {
            Engine::Lexical => SearchEngine::Lexical,
            Engine::Nlp => SearchEngine::Nlp,
        };
        let search = SearchAccount::new(&self.account, words, engine)
            .filters(filters(output))
            .page_size(100);
        let mut results = self.client.items(search).skip_undecodable(true);
        while let Some(result) = results.next().await {
            skipped.add(output.list.reporter(), results.take_skipped());
            let Some(row) = self.row(&result?, output).await? else { continue };
            if output.is_full() {
                let count = counted(output.limit, "result");
                let note = format!("the search ended after {count} ('--limit')");
                output.list.reporter().note(&note);
                return Ok(());
            }
            output.add(&row)?;
        }
        skipped.add(output.list.reporter(), results.take_skipped());
        Ok(())
    }

    /// Returns the row of a result that is in the place and has a wanted type.
    async fn row(
        &mut self,
        result: &SearchResult,
        output: &Output,
    ) -> Result<Option<FoundItem>, Failure> {
        let mut row = match result {
            SearchResult::Project { project, .. } => {
                let is_inside = match self.place.map(|place| (&place.item, place)) {
                    None => true,
                    Some((ResolvedItem::Workspace, it)) => it.workspace_id == project.workspace_id,
                    Some((ResolvedItem::Project(it), _)) => it.id == project.id,
                    Some(_) => false,
                };
                if !is_inside || !output.wants("project") {
                    return Ok(None);
                }
                let path = self.locations.project_path(project).await?;
                FoundItem::project(project, path)
            }
            SearchResult::Asset { asset, .. } if output.wants(asset.kind()) => {
                match self.asset_row(asset).await? {
                    Some(row) => row,
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        let matches = result.matches().iter();
        row.matches = matches.map(|it| it.kind().trim_end_matches("_match").to_owned()).collect();
        row.matches.dedup();
        Ok(Some(row))
    }

    /// Returns the row of an asset that is in the place.
    async fn asset_row(&mut self, asset: &Asset) -> Result<Option<FoundItem>, Failure> {
        let Some((project, parent)) = container(asset) else { return Ok(None) };
        let place = self.place.map(|place| (&place.item, place));
        // Compared before the folders of the result are requested.
        if let Some((_, Resolved { project_id: Some(wanted), .. })) = place
            && *wanted != project
        {
            return Ok(None);
        }
        let location = self.locations.find(&project, parent, asset.name()).await?;
        let is_inside = match place {
            None | Some((ResolvedItem::Project(_), _)) => true,
            Some((ResolvedItem::Workspace, it)) => it.workspace_id == location.workspace_id,
            Some((_, it)) => it.folder_id().is_some_and(|folder| {
                location.above.iter().any(|above| above.as_str() == folder.as_str())
            }),
        };
        if !is_inside {
            return Ok(None);
        }
        let mut row = FoundItem::new(asset, location.path);
        row.visible = location.visible;
        Ok(Some(row))
    }
}

/// Returns the project and the parent of an asset.
fn container(asset: &Asset) -> Option<(ProjectId, Option<AssetId>)> {
    Some(match asset {
        Asset::File(file) => (file.project_id.clone(), file.parent_id.clone()),
        Asset::Folder(it) => (it.project_id.clone(), it.parent_id.clone().map(Into::into)),
        Asset::VersionStack(it) => (it.project_id.clone(), it.parent_id.clone().map(Into::into)),
        _ => return None,
    })
}

/// Returns the filters of the service for the wanted types.
fn filters(output: &Output) -> SearchFilters {
    SearchFilters::new()
        .files_and_version_stacks(output.wants("file") || output.wants("version_stack"))
        .folders(output.wants("folder"))
        .projects(output.wants("project"))
}
