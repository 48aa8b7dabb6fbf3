//! The profile of a command, and the URLs that override its own.

use std::sync::OnceLock;

use frameio::auth::profile::{ChosenProfile, Profile, ProfileChoice, ProfileDirectory, Profiles};
use frameio::endpoint::{InvalidText, clean_text};

use crate::credentials::Source;
use crate::exit::Failure;
use crate::report::Reporter;

/// Choice of a profile, and of the services at which it is used.
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
    /// API URL; http:// only for this machine [default: https://api.frame.io]
    #[arg(long, env = "FRAMEIO_BASE_URL", value_name = "URL", global = true, hide_env = true)]
    base_url: Option<String>,
    /// Sign-in URL [default: Adobe's, or the base URL if that is on this machine]
    #[arg(long, env = "FRAMEIO_IMS_URL", value_name = "URL", global = true, hide_env = true)]
    ims_url: Option<String>,
    /// The profile, read once.
    #[arg(skip)]
    loaded: OnceLock<(String, Profile)>,
}

impl ProfileArg {
    /// Returns the name, whether there is such a profile or not.
    pub(crate) fn name(&self, profiles: &Profiles) -> Result<String, Failure> {
        Ok(profiles.chosen(self.given()?).to_owned())
    }

    /// Returns the name if one was typed.
    pub(crate) fn given(&self) -> Result<Option<&str>, Failure> {
        given("--profile", &self.name)
    }

    /// Returns the API URL if one was typed.
    pub(crate) fn base_url(&self) -> Result<Option<&str>, Failure> {
        given("--base-url", &self.base_url)
    }

    /// Returns the sign-in URL if one was typed.
    pub(crate) fn ims_url(&self) -> Result<Option<&str>, Failure> {
        given("--ims-url", &self.ims_url)
    }

    /// Returns the profile; an empty one if none is named and the default one is missing.
    ///
    /// Its ids are those of its sign-in, and left out if the run uses the credentials of the
    /// environment instead.
    pub(crate) fn load(&self) -> Result<Profile, Failure> {
        Ok(self.load_named()?.1)
    }

    /// Returns the name and the profile.
    pub(crate) fn load_named(&self) -> Result<(String, Profile), Failure> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded.clone());
        }
        let mut choice = ProfileChoice::default();
        choice.has_credentials = Source::of_run()? != Source::Profile;
        choice.has_base_url = self.base_url()?.is_some();
        choice.name = self.given()?;
        let directory = ProfileDirectory::locate(&|name| std::env::var_os(name));
        let chosen = ChosenProfile::load(directory.as_ref().map_err(Clone::clone), choice)?;
        if let Some(error) = &chosen.unreadable {
            Reporter::text().note(&format!("going on without profiles: {error}"));
        }
        Ok(self.loaded.get_or_init(|| (chosen.name, chosen.profile)).clone())
    }
}

/// Removes surrounding whitespace. An empty variable counts as missing.
fn given<'a>(flag: &str, value: &'a Option<String>) -> Result<Option<&'a str>, Failure> {
    match value.as_deref().map(clean_text) {
        None | Some(Err(InvalidText::Empty)) => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(error)) => Err(Failure::usage(flag, error)),
    }
}
