//! Arguments that select a profile or override its URLs.

use std::sync::OnceLock;

use frameio::auth::profile::{ChosenProfile, Profile, ProfileChoice, ProfileDirectory, Profiles};
use frameio::endpoint::{InvalidText, clean_text};

use crate::completion;
use crate::credentials::Source;
use crate::exit::Failure;
use crate::input;
use crate::report::Reporter;

/// Profile, API URL and sign-in URL of a command.
///
/// The variables are not those of clap, which would print the options in the usage of every error.
#[derive(Debug, clap::Args)]
pub(crate) struct ProfileArg {
    /// Profile to use, created by `frameio login` [default: the one set by `frameio profile use`]
    #[arg(
        id = "profile",
        long,
        value_name = "NAME",
        global = true,
        add = completion::profile()
    )]
    name: Option<String>,
    /// API URL; http:// is accepted for this machine only [default: https://api.frame.io]
    #[arg(long, value_name = "URL", global = true)]
    base_url: Option<String>,
    /// Sign-in URL [default: Adobe's; the API URL if that is a simulator on this machine]
    #[arg(long, value_name = "URL", global = true)]
    ims_url: Option<String>,
    #[arg(skip = Variable::new("FRAMEIO_PROFILE"))]
    name_variable: Variable,
    #[arg(skip = Variable::new("FRAMEIO_BASE_URL"))]
    base_url_variable: Variable,
    #[arg(skip = Variable::new("FRAMEIO_IMS_URL"))]
    ims_url_variable: Variable,
    /// The profile, read once.
    #[arg(skip)]
    loaded: OnceLock<(String, Profile)>,
}

/// Variable with the value of an option that is not given, read once.
#[derive(Debug)]
struct Variable {
    name: &'static str,
    value: OnceLock<Option<String>>,
}

impl Variable {
    const fn new(name: &'static str) -> Self {
        Self { name, value: OnceLock::new() }
    }

    fn value(&self) -> Result<Option<&str>, Failure> {
        if let Some(value) = self.value.get() {
            return Ok(value.as_deref());
        }
        let value = input::variable(self.name)?;
        Ok(self.value.get_or_init(|| value).as_deref())
    }
}

impl ProfileArg {
    /// Returns the name of the profile, which may not exist.
    pub(crate) fn name(&self, profiles: &Profiles) -> Result<String, Failure> {
        Ok(profiles.chosen(self.given()?).to_owned())
    }

    /// Returns the name in the arguments or the environment.
    pub(crate) fn given(&self) -> Result<Option<&str>, Failure> {
        given("--profile", &self.name, &self.name_variable)
    }

    /// Returns the API URL in the arguments or the environment.
    pub(crate) fn base_url(&self) -> Result<Option<&str>, Failure> {
        given("--base-url", &self.base_url, &self.base_url_variable)
    }

    /// Returns what sets the API URL, unless it is the default.
    pub(crate) fn base_url_source(&self) -> Result<&'static str, Failure> {
        Ok(match (&self.base_url, self.base_url()?) {
            (Some(_), Some(_)) => "'--base-url'",
            (None, Some(_)) => self.base_url_variable.name,
            _ => "the profile",
        })
    }

    /// Returns the sign-in URL in the arguments or the environment.
    pub(crate) fn ims_url(&self) -> Result<Option<&str>, Failure> {
        given("--ims-url", &self.ims_url, &self.ims_url_variable)
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
            Reporter::text()
                .note(&format!("profiles are ignored: {error}; `frameio doctor` says what to do"));
        }
        Ok(self.loaded.get_or_init(|| (chosen.name, chosen.profile)).clone())
    }
}

/// Returns the value of an option without surrounding whitespace, or else of its variable. A blank value
/// counts as missing.
fn given<'a>(
    flag: &str,
    value: &'a Option<String>,
    variable: &'a Variable,
) -> Result<Option<&'a str>, Failure> {
    match value.as_deref().map(clean_text) {
        None => variable.value(),
        Some(Err(InvalidText::Empty)) => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(error)) => Err(Failure::usage(format!("'{flag}' {error}"))),
    }
}
