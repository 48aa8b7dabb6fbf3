//! Shares of V4 that have the ID or the address of an old link.

use std::collections::{HashMap, HashSet};

use frameio::accounts::Account;
use frameio::projects::{ListProjects, Project};
use frameio::shares::{Share, ShowShare};
use frameio::workspaces::ListWorkspaces;
use frameio::{AccountId, Client};
use futures_util::TryStreamExt;
use jiff::Timestamp;

use super::old_link::{Entry, OldLink};
use crate::exit::Failure;
use crate::resolver::shares::of_project;

/// Shares that match old links, by their key.
pub(super) type Matches = HashMap<String, Share>;

/// Finds the shares of all links. Only short links need the lists of all projects.
pub(super) async fn find(
    client: &Client,
    accounts: &[Account],
    entries: &[Entry],
) -> Result<Matches, Failure> {
    let mut found = Matches::new();
    for entry in entries {
        if let OldLink::Id(id) = &entry.link {
            for account in accounts {
                match client.send(ShowShare::new(&account.id, id.as_str())).await {
                    Ok(share) => {
                        found.insert(entry.link.key(), share);
                        break;
                    }
                    Err(error) if error.is_not_found() => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
    let short = entries.iter().filter(|entry| matches!(entry.link, OldLink::Short(_)));
    let wanted: HashSet<String> = short.map(|entry| entry.link.key()).collect();
    if wanted.is_empty() {
        return Ok(found);
    }
    for account in accounts {
        for project in projects(client, &account.id).await? {
            for share in of_project(client, &account.id, &project.id).await? {
                let link = share.short_url.as_deref().and_then(OldLink::parse);
                if let Some(key) = link.map(|link| link.key()).filter(|key| wanted.contains(key)) {
                    found.insert(key, share);
                }
            }
        }
    }
    Ok(found)
}

async fn projects(client: &Client, account: &AccountId) -> Result<Vec<Project>, Failure> {
    let mut projects = Vec::new();
    // A share that is missing in a list would be created again.
    let list = ListWorkspaces::new(account).page_size(100);
    let mut workspaces = client.items(list).strict(true);
    while let Some(workspace) = workspaces.next().await {
        let list = ListProjects::new(account, &workspace?.id).page_size(100);
        projects.extend(client.items(list).strict(true).try_collect::<Vec<_>>().await?);
    }
    Ok(projects)
}

/// Describes whether a link of the share opens.
pub(super) fn state(share: &Share, now: Timestamp) -> &'static str {
    match share.expiration {
        _ if !share.enabled => "disabled",
        Some(end) if end <= now => "expired",
        _ => "open",
    }
}
