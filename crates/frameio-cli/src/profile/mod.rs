//! Named profiles: what a run calls with where neither flags nor the environment say it.

mod command;
mod config;

use std::path::PathBuf;

pub(crate) use command::{Profiles, run};
pub(crate) use config::{Config, Profile, SignIn, replace};
use serde_json::{Map, Value};

use crate::exit::{Failure, Status};

/// The name of the profile where nobody names one.
pub(crate) const DEFAULT: &str = "default";

/// Which profile to use.
#[derive(Debug, clap::Args)]
pub(crate) struct Choice {
    /// The profile to use, made by `frameio login` [default: the one of `frameio profile use`]
    #[arg(
        id = "profile",
        long,
        env = "FRAMEIO_PROFILE",
        value_name = "NAME",
        global = true,
        hide_env = true
    )]
    name: Option<String>,
}

impl Choice {
    /// The name, whether there is such a profile or not.
    pub(crate) fn name<'a>(&'a self, config: &'a Config) -> &'a str {
        let named = self.name.as_deref().filter(|name| !name.is_empty());
        named.or(config.current.as_deref()).unwrap_or(DEFAULT)
    }

    /// The profile; none where nobody named one and there is none of the default name.
    pub(crate) fn profile(&self) -> Result<Option<Profile>, Failure> {
        Ok(self.find()?.1)
    }

    /// The name and the profile.
    pub(crate) fn find(&self) -> Result<(String, Option<Profile>), Failure> {
        let mut config = Config::load()?;
        let name = self.name(&config).to_owned();
        match config.profiles.remove(&name) {
            None if self.name.as_deref().is_some_and(|name| !name.is_empty()) => {
                Err(unknown(&name))
            }
            profile => Ok((name, profile)),
        }
    }
}

fn unknown(name: &str) -> Failure {
    let message = format!("there is no profile `{name}`: `frameio profile list` lists them");
    Failure::new(Status::Usage, message)
}

/// Names end up in the names of files.
pub(crate) fn check_name(name: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.chars().all(plain) {
        return Err("a name has 1 to 64 letters, digits, `-`, `_` or `.`".to_owned());
    }
    Ok(name.to_owned())
}

/// Adds to the input of an operation the ids that the profile has and the input lacks.
pub(crate) fn fill(
    profile: Option<&Profile>,
    operation: &frameio::Operation,
    input: &mut Map<String, Value>,
) {
    let Some(profile) = profile else { return };
    for (parameter, id) in [
        ("account_id", &profile.account_id),
        ("workspace_id", &profile.workspace_id),
        ("project_id", &profile.project_id),
    ] {
        let Some(id) = id else { continue };
        // Only what the route asks for: a filter that nobody asked for would leave things out.
        if operation.path.contains(&format!("{{{parameter}}}")) {
            input.entry(parameter).or_insert_with(|| id.as_str().into());
        }
    }
}

/// Where profiles and tokens are kept.
pub(crate) fn directory() -> Result<PathBuf, Failure> {
    if let Some(directory) = std::env::var_os("FRAMEIO_CONFIG_DIR").filter(|it| !it.is_empty()) {
        return Ok(directory.into());
    }
    match etcetera::choose_base_strategy() {
        Ok(base) => Ok(etcetera::BaseStrategy::config_dir(&base).join("frameio")),
        Err(_) => Err(Failure::new(
            Status::Other,
            "there is no home directory: set FRAMEIO_CONFIG_DIR to where profiles are to be kept",
        )),
    }
}
