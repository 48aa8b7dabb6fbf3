//! The profile of a command.

use crate::config::{Config, Profile};
use crate::exit::Failure;

/// Choice of a profile.
#[derive(Debug, clap::Args)]
pub(crate) struct ProfileArg {
    /// Profile to use, created by `frameio login` [default: the one set by `frameio profile use`]
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

impl ProfileArg {
    /// Returns the name, whether there is such a profile or not.
    pub(crate) fn name<'a>(&'a self, config: &'a Config) -> &'a str {
        config.chosen(self.given())
    }

    /// Returns the profile; an empty one if none is named and the default one is missing.
    pub(crate) fn load(&self) -> Result<Profile, Failure> {
        Ok(self.load_named()?.1)
    }

    /// Returns the name and the profile.
    pub(crate) fn load_named(&self) -> Result<(String, Profile), Failure> {
        let mut config = Config::load()?;
        let name = self.name(&config).to_owned();
        match config.profiles.remove(&name) {
            None if self.given().is_some() => Err(Config::unknown(&name)),
            profile => Ok((name, profile.unwrap_or_default())),
        }
    }

    fn given(&self) -> Option<&str> {
        self.name.as_deref().filter(|name| !name.is_empty())
    }
}
