//! `frameio profile`: lists, selects and edits profiles.

mod check;
mod delete;

use clap::{Subcommand, ValueEnum};
use frameio::auth::profile::{Profile, SignIn};
use frameio::transfer::{Bandwidth, TransferError};
use serde_json::Value;

use crate::args::{FormatArgs, GlobalArgs, IfExists};
use crate::completion;
use crate::config;
use crate::exit::{Failure, Status};
use crate::input;
use crate::quota_store;
use crate::report::{Cell, Column, Reporter, Row};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List profiles; an asterisk marks the one in use
    List(ListArgs),
    /// Select the default profile
    Use(UseArgs),
    /// Set the default account, workspace, project and '--quota-store' of a profile
    Set(SetArgs),
    /// Delete a profile that is signed out
    Delete(delete::Args),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    format: FormatArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct UseArgs {
    /// Name of the profile
    #[arg(add = completion::profile())]
    name: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SetArgs {
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

impl Command {
    pub(super) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::List(args) => list(global, args),
            Self::Use(args) => select(args),
            Self::Set(args) => set(global, args).await,
            Self::Delete(args) => delete::run(args),
        }
    }
}

fn list(global: &GlobalArgs, args: &ListArgs) -> Result<(), Failure> {
    let profiles = config::load()?;
    let used = global.profile.name(&profiles)?;
    let mut list = args.format.list()?;
    for (name, profile) in profiles.profiles {
        list.push(&ProfileRow { is_used: name == used, name, profile })?;
    }
    list.finish()
}

fn select(args: &UseArgs) -> Result<(), Failure> {
    config::update(|profiles| {
        if !profiles.profiles.contains_key(&args.name) {
            return Err(profiles.unknown(&args.name).into());
        }
        profiles.current = Some(args.name.clone());
        Ok(())
    })
}

/// Resolves the values at the service and saves them.
///
/// Creates the default profile if it is missing. Others are created by `frameio login` only, so that a
/// mistyped name creates none.
async fn set(global: &GlobalArgs, args: &SetArgs) -> Result<(), Failure> {
    let profiles = config::load()?;
    let name = global.profile.name(&profiles)?;
    let profile = match profiles.profiles.get(&name) {
        Some(profile) => profile.clone(),
        None if global.profile.given()?.is_some() => return Err(profiles.unknown(&name).into()),
        None => {
            let mut profile = Profile::default();
            profile.base_url = global.profile.base_url()?.map(str::to_owned);
            profile.ims_url = global.profile.ims_url()?.map(str::to_owned);
            profile
        }
    };
    let ids = Ids {
        account: typed("'--account'", &args.account)?,
        workspace: typed("'--workspace'", &args.workspace)?,
        project: typed("'--project'", &args.project)?,
    };
    let store = global.quota_store.given()?;
    if let Some(store) = store.as_ref().filter(|store| !store.is_empty()) {
        quota_store::without_password(store)?;
    }
    let has_setting =
        [&args.account, &args.workspace, &args.project, &args.if_exists, &args.bwlimit, &store]
            .into_iter()
            .any(Option::is_some);
    if !has_setting {
        let message =
            "nothing to set: pass '--account', '--workspace', '--project' or another setting";
        return Err(Failure::usage(message));
    }
    let ids = match check::check(global, &name, &profile, &ids).await {
        Ok(checked) => checked,
        Err(failure) if matches!(failure.status, Status::SignedOut | Status::NoResponse) => {
            let message = format!("warning: saved without validation: {}", failure.message);
            Reporter::text().note(&message);
            ids
        }
        Err(failure) => return Err(failure),
    };
    config::update(|profiles| {
        let profile = profiles.profiles.entry(name).or_insert(profile);
        if let Some(store) = store {
            profile.quota_store = Some(store).filter(|store| !store.is_empty());
        }
        for (id, new) in [
            (&mut profile.account_id, ids.account),
            (&mut profile.workspace_id, ids.workspace),
            (&mut profile.project_id, ids.project),
        ] {
            if let Some(new) = new {
                *id = Some(new).filter(|new| !new.is_empty());
            }
        }
        if let Some(limit) = args.bwlimit.clone() {
            profile.bwlimit = Some(limit).filter(|limit| !limit.is_empty());
        }
        if let Some(policy) = args.if_exists.clone() {
            profile.if_exists = Some(policy).filter(|policy| !policy.is_empty());
        }
        Ok(())
    })
}

/// New values: `None` keeps a default, an empty text removes it.
#[derive(Clone, Default)]
struct Ids {
    account: Option<String>,
    workspace: Option<String>,
    project: Option<String>,
}

fn typed(subject: &str, text: &Option<String>) -> Result<Option<String>, Failure> {
    let Some(text) = text else { return Ok(None) };
    Ok(Some(input::setting(subject, text)?.unwrap_or_default()))
}

struct ProfileRow {
    name: String,
    profile: Profile,
    is_used: bool,
}

impl Row for ProfileRow {
    const COLUMNS: &'static [Column] = &[
        Column::new("used"),
        Column::new("name"),
        Column::new("base_url").flexible(),
        Column::new("credential"),
        Column::new("account_id"),
        Column::new("workspace_id").hidden(),
        Column::new("project_id").hidden(),
        Column::new("ims_url").hidden(),
        Column::new("quota_store").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        let Profile {
            base_url,
            ims_url,
            sign_in,
            account_id,
            workspace_id,
            project_id,
            quota_store,
            ..
        } = &self.profile;
        let base_url = match base_url {
            Some(url) => url.as_str().into(),
            None => Cell::Both("https://api.frame.io".to_owned(), Value::Null),
        };
        let star = if self.is_used { "*" } else { "" };
        vec![
            Cell::Both(star.to_owned(), self.is_used.into()),
            self.name.as_str().into(),
            base_url,
            sign_in.as_ref().map(SignIn::name).into(),
            account_id.as_deref().into(),
            workspace_id.as_deref().into(),
            project_id.as_deref().into(),
            ims_url.as_deref().into(),
            quota_store.as_deref().into(),
        ]
    }
}
