//! From flags and environment to a client.

use std::time::Duration;

use frameio::Client;

use crate::exit::{Failure, Status};
use crate::profile::{Choice, Profile};
use crate::sign_in::Who;

/// Adobe's.
const IMS: &str = "https://ims-na1.adobelogin.com";

/// How to reach the service.
#[derive(Debug, clap::Args)]
pub(crate) struct Connection {
    #[command(flatten)]
    pub(crate) choice: Choice,
    /// Where to call; http:// only on this machine [default: https://api.frame.io]
    #[arg(long, env = "FRAMEIO_BASE_URL", value_name = "URL", global = true, hide_env = true)]
    base_url: Option<String>,
    /// Where to sign in [default: Adobe, or the local Frame.io that is called]
    #[arg(long, env = "FRAMEIO_IMS_URL", value_name = "URL", global = true, hide_env = true)]
    ims_url: Option<String>,
    /// The longest that one attempt may take, in seconds [default: 60]
    #[arg(long, value_name = "SECONDS", global = true, value_parser = seconds)]
    timeout: Option<Duration>,
    /// How many attempts may follow the first [default: 2]
    #[arg(long, value_name = "N", global = true)]
    max_retries: Option<u32>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds is needed".to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "more than 0 seconds are needed".to_owned())
}

impl Connection {
    /// A client of whoever has signed in.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let (_, profile, who) = self.who()?;
        self.build(&profile, &who)
    }

    /// Who calls, by the environment or the profile.
    pub(crate) fn who(&self) -> Result<(String, Profile, Who), Failure> {
        let (name, profile) = self.choice.find()?;
        let profile = profile.unwrap_or_default();
        let who = Who::find(&name, &profile, &self.ims_url(&profile))?;
        Ok((name, profile, who))
    }

    /// A client whose calls `who` signs.
    pub(crate) fn build(&self, profile: &Profile, who: &Who) -> Result<Client, Failure> {
        let mut builder = who.sign(Client::builder());
        builder = builder.user_agent(concat!("frameio-cli/", env!("CARGO_PKG_VERSION")));
        if let Some(url) = self.base_url(profile) {
            builder = builder.base_url(url);
        }
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout);
        }
        if let Some(max_retries) = self.max_retries {
            builder = builder.max_retries(max_retries);
        }
        builder.build().map_err(|error| Failure::new(Status::Usage, error.to_string()))
    }

    /// Where to call, where it is not the public service.
    pub(crate) fn base_url<'a>(&'a self, profile: &'a Profile) -> Option<&'a str> {
        given(&self.base_url).or(profile.base_url.as_deref())
    }

    /// Where to sign in, where anybody has said so.
    pub(crate) fn given_ims_url<'a>(&'a self, profile: &'a Profile) -> Option<&'a str> {
        given(&self.ims_url).or(profile.ims_url.as_deref())
    }

    /// Where to sign in: a local Frame.io signs in itself.
    pub(crate) fn ims_url(&self, profile: &Profile) -> String {
        let local = || self.base_url(profile).filter(|url| is_local(url));
        self.given_ims_url(profile).or_else(local).unwrap_or(IMS).to_owned()
    }
}

/// A variable that is set to nothing is as good as none.
fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|value| !value.is_empty())
}

/// Whether a URL is of this machine.
pub(crate) fn is_local(url: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .filter_map(|local| url.strip_prefix(local))
        .any(|rest| rest.is_empty() || rest.starts_with([':', '/']))
}
