//! Arguments that select a profile or override its URLs.

use std::sync::OnceLock;

use frameio::auth::profile::{ChosenProfile, Profile, ProfileChoice, ProfileDirectory, Profiles};
use frameio::endpoint::{InvalidText, clean_text};

use crate::completion;
use crate::credentials::Source;
use crate::exit::Failure;
use crate::report::Reporter;

/// Profile, API URL and sign-in URL of a command.
#[derive(Debug, clap::Args)]
pub(crate) struct ProfileArg {
    /// Profile to use, created by `frameio login` [default: the one set by `frameio profile use`]
    #[arg(
        id = "profile",
        long,
        env = "FRAMEIO_PROFILE",
        value_name = "NAME",
        global = true,
        hide_env = true,
        add = completion::profile()
    )]
    name: Option<String>,
    /// API URL; http:// is accepted for this machine only [default: https://api.frame.io]
    #[arg(long, env = "FRAMEIO_BASE_URL", value_name = "URL", global = true, hide_env = true)]
    base_url: Option<String>,
    /// Sign-in URL [default: Adobe's; the API URL if that is a simulator on this machine]
    #[arg(long, env = "FRAMEIO_IMS_URL", value_name = "URL", global = true, hide_env = true)]
    ims_url: Option<String>,
    /// The profile, read once.
    #[arg(skip)]
    loaded: OnceLock<(String, Profile)>,
}

impl ProfileArg {
    /// Returns the name of the profile, which may not exist.
    pub(crate) fn name(&self, profiles: &Profiles) -> Result<String, Failure> {
        Ok(profiles.chosen(self.given()?).to_owned())
    }

    /// Returns the name in the arguments or the environment.
    pub(crate) fn given(&self) -> Result<Option<&str>, Failure> {
        given("--profile", &self.name)
    }

    /// Returns the API URL in the arguments or the environment.
    pub(crate) fn base_url(&self) -> Result<Option<&str>, Failure> {
        given("--base-url", &self.base_url)
    }

    /// Returns the sign-in URL in the arguments or the environment.
    pub(crate) fn ims_url(&self) -> Result<Option<&str>, Failure> {
        given("--ims-url", &self.ims_url)
    }

    /// Returns the profile; an empty one if no profile is named and the default one is missing.
    ///
    /// Its IDs are omitted if the run uses credentials of the environment, which may not have access
    /// to them.
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
            Reporter::text().note(&format!("profiles are ignored: {error}"));
        }
        Ok(self.loaded.get_or_init(|| (chosen.name, chosen.profile)).clone())
    }
}

/// Removes surrounding whitespace. A blank value counts as missing.
fn given<'a>(flag: &str, value: &'a Option<String>) -> Result<Option<&'a str>, Failure> {
    match value.as_deref().map(clean_text) {
        None | Some(Err(InvalidText::Empty)) => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(error)) => Err(Failure::usage(format!("'{flag}' {error}"))),
    }
}
