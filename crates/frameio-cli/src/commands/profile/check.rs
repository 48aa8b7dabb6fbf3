//! Resolves the values of `frameio profile set` at the service before they are saved.

use frameio::accounts::Account;
use frameio::auth::profile::Profile;
use frameio::transfer::{Resolved, ResolvedItem, Transfers};

use super::defaults::{Defaults, Item};
use crate::args::{GlobalArgs, accounts};
use crate::commands::by_name::{self, Label};
use crate::credentials::Credentials;
use crate::exit::Failure;
use crate::resolver::{Purpose, Resolver};

/// Returns the items for names, paths and IDs, all of which must exist.
///
/// A workspace also sets its account, a project its workspace and account.
pub(super) async fn check(
    global: &GlobalArgs,
    name: &str,
    profile: &Profile,
    typed: &Defaults,
) -> Result<Defaults, Failure> {
    let [account, workspace, project] =
        [&typed.account, &typed.workspace, &typed.project].map(|it| given(it));
    if account.or(workspace).or(project).is_none() {
        return Ok(typed.clone());
    }
    let settings = global.sign_in_settings(profile)?;
    // The defaults belong to the user of the profile, not to credentials of the environment.
    let credentials = match profile.sign_in {
        Some(_) => Credentials::of_profile(name, profile, &settings)?,
        None => Credentials::find(name, profile, &settings)?,
    };
    global.keep(&credentials);
    let client = global.client_for(profile, &credentials)?;

    let accounts = accounts(&client).await?;
    // An empty argument removes the default, so that it does not count.
    let kept = profile.account_id.as_deref().filter(|_| typed.account.is_none());
    let chosen = account.or(kept).map(|it| chosen_account(&accounts, it)).transpose()?;
    let transfers = Transfers::new(client);
    let resolver = Resolver::absolute(&transfers, chosen.map(|it| it.id.as_str()));
    let mut found = typed.clone();
    if let (Some(_), Some(chosen)) = (account, chosen) {
        found.account = Some(account_item(chosen));
    }
    if let Some(text) = workspace {
        let place = resolver.workspace_place(Purpose::Write, text).await?;
        (found.account, found.workspace) = above(&accounts, &place);
    }
    if let Some(text) = project {
        let place = resolver.resolve_for_write(Some(text)).await?;
        let ResolvedItem::Project(item) = &place.item else {
            return Err(Failure::value("--project", text, "it is not a project"));
        };
        let (account, inside) = above(&accounts, &place);
        if let Some(workspace) = workspace
            && found.workspace != inside
        {
            let reason = format!("it is not in the workspace '{workspace}'");
            return Err(Failure::value("--project", text, reason));
        }
        let project = Some(Item::new(&item.id, &item.name));
        found = Defaults { account, workspace: inside, project };
    }
    Ok(found)
}

/// Returns the text of an argument that is not empty.
fn given(argument: &Option<Item>) -> Option<&str> {
    argument.as_ref().map(|item| item.id.as_str()).filter(|text| !text.is_empty())
}

fn chosen_account<'a>(accounts: &'a [Account], text: &str) -> Result<&'a Account, Failure> {
    let label = |it: &Account| Label::new(&it.display_name, it.id.as_str());
    by_name::only(accounts.iter(), text, "account", label).map_err(|error| {
        error.failure(format!("invalid value '{text}' for '--account': {}", error.reason()))
    })
}

fn account_item(account: &Account) -> Item {
    Item::new(&account.id, &account.display_name)
}

/// Returns the account and the workspace of a place.
fn above(accounts: &[Account], place: &Resolved) -> (Option<Item>, Option<Item>) {
    let account = accounts.iter().find(|it| it.id == place.account_id).map(account_item);
    let account = account.unwrap_or_else(|| Item::typed(place.account_id.to_string()));
    let name = place.path.names().first().map_or("", String::as_str);
    (Some(account), Some(Item::new(&place.workspace_id, name)))
}
