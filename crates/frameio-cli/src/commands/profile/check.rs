//! Resolves the values of `frameio profile set` at the service before they are saved.

use frameio::accounts::{Account, ListAccounts};
use frameio::auth::profile::Profile;
use frameio::transfer::{ResolvedItem, Transfers};
use frameio::{Client, Paged};

use super::Ids;
use crate::args::GlobalArgs;
use crate::commands::by_name::{self, Label};
use crate::credentials::Credentials;
use crate::exit::Failure;
use crate::resolver::{Purpose, Resolver};

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
        let label = |it: &Account| Label::new(&it.display_name, it.id.as_str());
        let found = by_name::only(accounts.iter(), chosen, "account", label).map_err(|error| {
            error.failure(format!("invalid value '{chosen}' for '--account': {}", error.reason()))
        })?;
        accounts = vec![found.clone()];
        if is_set(&typed.account) {
            ids.account = accounts.first().map(|account| account.id.to_string());
        }
    }
    let account = chosen.and(accounts.first()).map(|account| account.id.to_string());
    let transfers = Transfers::new(client);
    let resolver = Resolver::absolute(&transfers, account.as_deref());
    if let Some(workspace) = typed.workspace.as_ref().filter(|it| !it.is_empty()) {
        let found = resolver.workspace(Purpose::Write, workspace).await?;
        (ids.account, ids.workspace) = (Some(found.0.to_string()), Some(found.1.to_string()));
    }
    if let Some(project) = typed.project.as_ref().filter(|it| !it.is_empty()) {
        let found = find_project(&resolver, project).await?;
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

async fn find_project(resolver: &Resolver<'_>, typed: &str) -> Result<Ids, Failure> {
    let found = resolver.resolve_for_write(Some(typed)).await?;
    let ResolvedItem::Project(project) = &found.item else {
        return Err(Failure::value("--project", typed, "it is not a project"));
    };
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
