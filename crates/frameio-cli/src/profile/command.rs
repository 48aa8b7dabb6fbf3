//! `frameio profile`: which there are, which is used, and what it fills in.

use clap::Subcommand;
use serde_json::json;

use super::{Choice, Config, Profile, SignIn, unknown};
use crate::exit::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Profiles {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists the profiles; the one that is used has a star
    List {
        /// As JSON lines
        #[arg(long)]
        json: bool,
    },
    /// Uses a profile from now on
    Use {
        /// Its name
        name: String,
    },
    /// Sets the ids that calls fill in where their input has none
    Set {
        /// The account; empty for none
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// The workspace; empty for none
        #[arg(long, value_name = "ID")]
        workspace: Option<String>,
        /// The project; empty for none
        #[arg(long, value_name = "ID")]
        project: Option<String>,
    },
}

pub(crate) fn run(choice: &Choice, profiles: &Profiles) -> Result<(), Failure> {
    match &profiles.action {
        Action::List { json } => list(choice, *json),
        Action::Use { name } => Config::update(|config| {
            if !config.profiles.contains_key(name) {
                return Err(unknown(name));
            }
            config.current = Some(name.clone());
            Ok(())
        }),
        Action::Set { account, workspace, project } => Config::update(|config| {
            let name = choice.name(config).to_owned();
            let profile = config.profiles.get_mut(&name).ok_or_else(|| unknown(&name))?;
            for (id, given) in [
                (&mut profile.account_id, account),
                (&mut profile.workspace_id, workspace),
                (&mut profile.project_id, project),
            ] {
                if let Some(given) = given {
                    *id = Some(given.clone()).filter(|given| !given.is_empty());
                }
            }
            Ok(())
        }),
    }
}

fn list(choice: &Choice, as_json: bool) -> Result<(), Failure> {
    let config = Config::load()?;
    let used = choice.name(&config);
    for (name, profile) in &config.profiles {
        if as_json {
            let Profile { base_url, ims_url, sign_in, account_id, workspace_id, project_id } =
                profile;
            let line = json!({
                "name": name, "used": name == used, "base_url": base_url, "ims_url": ims_url,
                "credential": sign_in.as_ref().map(SignIn::name), "account_id": account_id, "workspace_id": workspace_id, "project_id": project_id,
            });
            output::line(&line.to_string())?;
        } else {
            let star = if name == used { '*' } else { ' ' };
            let url = profile.base_url.as_deref().unwrap_or("https://api.frame.io");
            let account = profile.account_id.as_deref().unwrap_or("no account");
            output::line(&format!("{star} {name}  {url}  {account}"))?;
        }
    }
    Ok(())
}
