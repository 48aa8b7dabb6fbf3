//! `frameio profile set`.

use clap::ValueEnum;
use frameio::auth::profile::{Profile, Profiles};
use frameio::transfer::{Bandwidth, TransferError};

use super::defaults::{Defaults, Item};
use super::{check, profile_change};
use crate::args::{GlobalArgs, IfExists, JsonArgs};
use crate::commands::changes::Change;
use crate::completion;
use crate::config::{self, IDS_IGNORED};
use crate::credentials::Source;
use crate::exit::{Failure, Status};
use crate::input;
use crate::quota_store;
use crate::report::Reporter;

pub(super) const HELP: &str = "\
Examples:
  frameio profile set --project '/Film/The Crossing'
  frameio profile set --workspace Film --bwlimit 20M

Names and paths are looked up, and saved as IDs. A project also sets its workspace and account, a
workspace its account; another workspace or account removes the previous defaults below it.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Account name or ID; an empty value removes the default
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Workspace, or any place in it: name, path, ID or link; an empty value removes the default
    #[arg(long, value_name = "WORKSPACE", add = completion::absolute_place())]
    workspace: Option<String>,
    /// Project path (/Workspace/Project), ID or link; an empty value removes the default
    #[arg(long, value_name = "PROJECT", add = completion::absolute_place())]
    project: Option<String>,
    /// What uploads do if a file of the same name exists and differs: version, skip, keep-both or fail;
    /// an empty value removes the default
    #[arg(long, value_name = "POLICY", value_parser = policy)]
    if_exists: Option<String>,
    /// Bandwidth limit of transfers, as in 'frameio upload --bwlimit'; an empty value removes it
    #[arg(long, value_name = "RATE", value_parser = bandwidth)]
    bwlimit: Option<String>,
    #[command(flatten)]
    json: JsonArgs,
}

impl Args {
    const fn has_items(&self) -> bool {
        self.account.is_some() || self.workspace.is_some() || self.project.is_some()
    }
}

/// Checks a bandwidth limit, which may be empty.
fn bandwidth(text: &str) -> Result<String, TransferError> {
    match text.trim() {
        "" => Ok(String::new()),
        text => text.parse::<Bandwidth>().map(|_| text.to_owned()),
    }
}

/// Checks a policy for existing files, which may be empty.
fn policy(text: &str) -> Result<String, String> {
    match text {
        "" => Ok(String::new()),
        text => match IfExists::from_str(text, false) {
            Ok(_) => Ok(text.to_owned()),
            Err(_) => Err("expected version, skip, keep-both or fail".to_owned()),
        },
    }
}

/// Resolves the values at the service and saves them.
pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let profiles = config::load()?;
    let name = global.profile.name(&profiles)?;
    let profile = existing(global, &profiles, &name)?;
    let store = global.quota_store.given()?;
    if let Some(store) = store.as_ref().filter(|store| !store.is_empty()) {
        quota_store::without_password(store)?;
    }
    let defaults = defaults(global, args, &name, &profile, store.is_some()).await?;
    let saved = config::update(|profiles| {
        let profile = profiles.profiles.entry(name.clone()).or_insert(profile);
        defaults.apply(profile);
        for (setting, new) in [
            (&mut profile.quota_store, store),
            (&mut profile.bwlimit, args.bwlimit.clone()),
            (&mut profile.if_exists, args.if_exists.clone()),
        ] {
            if let Some(new) = new {
                *setting = Some(new).filter(|new| !new.is_empty());
            }
        }
        Ok(profile.clone())
    })?;
    if Source::of_run()? != Source::Profile && saved.sign_in.is_some() && args.has_items() {
        let name = Source::of_run()?.name();
        Reporter::text().note(&format!("while {name} is set, {IDS_IGNORED}"));
    }
    args.json.print(&saved_profile(&name, &saved))
}

/// Returns the profile to change.
///
/// The default profile is created if it is missing. Others are created by `frameio login` only, so that a
/// mistyped name creates none.
fn existing(global: &GlobalArgs, profiles: &Profiles, name: &str) -> Result<Profile, Failure> {
    match profiles.profiles.get(name) {
        Some(profile) => Ok(profile.clone()),
        None if global.profile.given()?.is_some() => Err(profiles.unknown(name).into()),
        None => {
            let mut profile = Profile::default();
            profile.base_url = global.profile.base_url()?.map(str::to_owned);
            profile.ims_url = global.profile.ims_url()?.map(str::to_owned);
            Ok(profile)
        }
    }
}

/// Looks up the items of the arguments. Without a sign-in or a network, IDs are taken as they are.
async fn defaults(
    global: &GlobalArgs,
    args: &Args,
    name: &str,
    profile: &Profile,
    has_store: bool,
) -> Result<Defaults, Failure> {
    let given = Defaults {
        account: typed("'--account'", &args.account)?,
        workspace: typed("'--workspace'", &args.workspace)?,
        project: typed("'--project'", &args.project)?,
    };
    let items = [&args.account, &args.workspace, &args.project];
    let settings = items.into_iter().chain([&args.if_exists, &args.bwlimit]);
    if !has_store && !settings.into_iter().any(Option::is_some) {
        let message =
            "nothing to set: pass '--account', '--workspace', '--project' or another setting";
        return Err(Failure::usage(message));
    }
    match check::check(global, name, profile, &given).await {
        Err(failure) if matches!(failure.status, Status::SignedOut | Status::NoResponse) => {
            given.check_ids(&failure)?;
            let message = format!("warning: saved without validation: {}", failure.message);
            Reporter::text().note(&message);
            Ok(given)
        }
        checked => checked,
    }
}

fn typed(subject: &str, text: &Option<String>) -> Result<Option<Item>, Failure> {
    let Some(text) = text else { return Ok(None) };
    Ok(Some(Item::typed(input::setting(subject, text)?.unwrap_or_default())))
}

/// Creates the result: the profile with its default items.
fn saved_profile(name: &str, profile: &Profile) -> Change {
    let mut change = profile_change("saved", name);
    let mut items = Vec::new();
    for (kind, id, name) in [
        ("account", &profile.account_id, &profile.account_name),
        ("workspace", &profile.workspace_id, &profile.workspace_name),
        ("project", &profile.project_id, &profile.project_name),
    ] {
        items.extend(id.as_ref().map(|id| format!("{kind} '{}'", name.as_ref().unwrap_or(id))));
        let (id, name) = (id.as_deref(), name.as_deref());
        change = change.field(&format!("{kind}_id"), id).field(&format!("{kind}_name"), name);
    }
    change.detail(items.join(", "))
}
