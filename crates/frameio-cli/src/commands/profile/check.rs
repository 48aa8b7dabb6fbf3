//! Resolves the values of `frameio profile set` at the service before they are saved.

use frameio::accounts::{Account, ListAccounts};
use frameio::auth::profile::Profile;
use frameio::transfer::{Locator, ResolvedItem, Transfers};
use frameio::workspaces::{ListWorkspaces, Workspace};
use frameio::{AccountId, Client, Paged};

use super::Ids;
use crate::args::GlobalArgs;
use crate::credentials::Credentials;
use crate::exit::{Failure, Status};

/// Maximum number of available names in an error.
const MAX_NAMES: usize = 10;

/// Returns the IDs for names, paths and IDs, all of which must exist.
///
/// A workspace also sets its account, a project its workspace and account.
pub(super) async fn check(
    global: &GlobalArgs,
    name: &str,
    profile: &Profile,
    typed: &Ids,
) -> Result<Ids, Failure> {
    let mut ids = typed.clone();
    if ![&typed.account, &typed.workspace, &typed.project].into_iter().any(is_set) {
        return Ok(ids);
    }
    let settings = global.sign_in_settings(profile)?;
    // The defaults belong to the user of the profile, not to credentials of the environment.
    let credentials = match profile.sign_in {
        Some(_) => Credentials::of_profile(name, profile, &settings)?,
        None => Credentials::find(name, profile, &settings)?,
    };
    global.keep(&credentials);
    let client = global.client_for(profile, &credentials)?;

    let mut accounts = all(&client, ListAccounts::new().page_size(100)).await?;
    let chosen = typed.account.as_ref().or(profile.account_id.as_ref()).filter(|it| !it.is_empty());
    if let Some(chosen) = chosen {
        let name = |it: &Account| (it.id.to_string(), it.display_name.clone());
        accounts = vec![only(accounts, "account", chosen, name)?];
        if is_set(&typed.account) {
            ids.account = accounts.first().map(|account| account.id.to_string());
        }
    }
    if let Some(workspace) = typed.workspace.as_ref().filter(|it| !it.is_empty()) {
        let (account, id) = find_workspace(&client, &accounts, workspace).await?;
        (ids.account, ids.workspace) = (Some(account), Some(id));
    }
    if let Some(project) = typed.project.as_ref().filter(|it| !it.is_empty()) {
        let account = chosen.and(accounts.first()).map(|account| account.id.as_str());
        let found = find_project(client, account, project).await?;
        if let Some(workspace) = typed.workspace.as_ref().filter(|it| !it.is_empty())
            && ids.workspace != found.workspace
        {
            let reason = format!("it is not in the workspace '{workspace}'");
            return Err(Failure::value("--project", project, reason));
        }
        ids = found;
    }
    Ok(ids)
}

fn is_set(typed: &Option<String>) -> bool {
    typed.as_ref().is_some_and(|text| !text.is_empty())
}

async fn find_workspace(
    client: &Client,
    accounts: &[Account],
    typed: &str,
) -> Result<(String, String), Failure> {
    let mut found: Vec<(AccountId, Workspace)> = Vec::new();
    for account in accounts {
        let list = ListWorkspaces::new(&account.id).page_size(100);
        let workspaces = all(client, list).await?;
        found.extend(workspaces.into_iter().map(|it| (account.id.clone(), it)));
    }
    let name = |(_, it): &(AccountId, Workspace)| (it.id.to_string(), it.name.clone());
    let (account, workspace) = only(found, "workspace", typed, name)?;
    Ok((account.to_string(), workspace.id.to_string()))
}

async fn find_project(client: Client, account: Option<&str>, typed: &str) -> Result<Ids, Failure> {
    let locator = match typed.parse::<Locator>()? {
        Locator::Path { account: None, path } => {
            Locator::Path { account: account.map(str::to_owned), path }
        }
        other => other,
    };
    let found = Transfers::new(client).resolve(locator).await?;
    let ResolvedItem::Project(project) = &found.item else {
        return Err(Failure::value("--project", typed, "it is not a project"));
    };
    if account.is_some_and(|it| it != found.account_id.as_str()) {
        let reason = format!("it is in the account {}", found.account_id);
        return Err(Failure::value("--project", typed, reason));
    }
    Ok(Ids {
        account: Some(found.account_id.to_string()),
        workspace: Some(found.workspace_id.to_string()),
        project: Some(project.id.to_string()),
    })
}

async fn all<E: Paged>(client: &Client, list: E) -> Result<Vec<E::Item>, Failure> {
    let mut items = client.items(list);
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        all.push(item?);
    }
    Ok(all)
}

/// Finds the item with an ID, or else the only one with a name.
fn only<T>(
    mut items: Vec<T>,
    what: &str,
    typed: &str,
    id_and_name: impl Fn(&T) -> (String, String),
) -> Result<T, Failure> {
    if let Some(at) = items.iter().position(|item| id_and_name(item).0 == typed) {
        return Ok(items.swap_remove(at));
    }
    let mut named = items.iter().enumerate().filter(|(_, item)| id_and_name(item).1 == typed);
    match (named.next(), named.next()) {
        (Some((at, _)), None) => Ok(items.swap_remove(at)),
        (Some((_, first)), Some((_, second))) => {
            let (first, second) = (id_and_name(first).0, id_and_name(second).0);
            let reason = format!("several have this name; use an ID, such as {first} or {second}");
            Err(Failure::value(&format!("--{what}"), typed, reason))
        }
        (None, _) => {
            let mut names: Vec<_> =
                items.iter().map(|it| format!("'{}'", id_and_name(it).1)).collect();
            let more = names.len().saturating_sub(MAX_NAMES);
            names.truncate(MAX_NAMES);
            if more > 0 {
                names.push(format!("and {more} more"));
            }
            let message = format!("no such {what} '{typed}'; available: {}", names.join(", "));
            Err(Failure::new(Status::NotFound, message))
        }
    }
}
