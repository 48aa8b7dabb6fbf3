//! `frameio profile`: lists, selects and edits profiles.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::args::GlobalArgs;
use crate::config::{Config, Profile, SignIn};
use crate::exit::Failure;
use crate::report::{Record, Reporter};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the profiles; a star marks the one in use
    List(ListArgs),
    /// Select the profile to use from now on
    Use(UseArgs),
    /// Set the IDs that calls use where their input has none
    Set(SetArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Print JSON lines
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct UseArgs {
    /// Name of the profile
    name: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SetArgs {
    /// Account; empty to unset it
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Workspace; empty to unset it
    #[arg(long, value_name = "ID")]
    workspace: Option<String>,
    /// Project; empty to unset it
    #[arg(long, value_name = "ID")]
    project: Option<String>,
}

impl Command {
    pub(super) fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::List(args) => list(global, args),
            Self::Use(args) => select(args),
            Self::Set(args) => set(global, args),
        }
    }
}

fn list(global: &GlobalArgs, args: &ListArgs) -> Result<(), Failure> {
    let config = Config::load()?;
    let used = global.profile.name(&config);
    let reporter = Reporter::new(args.json);
    for (name, profile) in &config.profiles {
        reporter.record(&Row { name, profile, is_used: name == used })?;
    }
    Ok(())
}

fn select(args: &UseArgs) -> Result<(), Failure> {
    Config::update(|config| {
        if !config.profiles.contains_key(&args.name) {
            return Err(Config::unknown(&args.name));
        }
        config.current = Some(args.name.clone());
        Ok(())
    })
}

fn set(global: &GlobalArgs, args: &SetArgs) -> Result<(), Failure> {
    Config::update(|config| {
        let name = global.profile.name(config).to_owned();
        let profile = config.profiles.get_mut(&name).ok_or_else(|| Config::unknown(&name))?;
        for (id, given) in [
            (&mut profile.account_id, &args.account),
            (&mut profile.workspace_id, &args.workspace),
            (&mut profile.project_id, &args.project),
        ] {
            if let Some(given) = given {
                *id = Some(given.clone()).filter(|given| !given.is_empty());
            }
        }
        Ok(())
    })
}

struct Row<'a> {
    name: &'a str,
    profile: &'a Profile,
    is_used: bool,
}

impl Record for Row<'_> {
    fn lines(&self) -> Vec<String> {
        let star = if self.is_used { '*' } else { ' ' };
        let url = self.profile.base_url.as_deref().unwrap_or("https://api.frame.io");
        let account = self.profile.account_id.as_deref().unwrap_or("no account");
        vec![format!("{star} {}  {url}  {account}", self.name)]
    }

    fn json(&self) -> Value {
        let Profile { base_url, ims_url, sign_in, account_id, workspace_id, project_id } =
            self.profile;
        json!({
            "name": self.name, "used": self.is_used, "base_url": base_url, "ims_url": ims_url,
            "credential": sign_in.as_ref().map(SignIn::name), "account_id": account_id,
            "workspace_id": workspace_id, "project_id": project_id,
        })
    }
}
