//! From flags and environment to a client.

use std::time::Duration;

use frameio::Client;

use crate::exit::{Failure, Status};
use crate::profile::Choice;

/// How to reach the service.
#[derive(Debug, clap::Args)]
pub(crate) struct Connection {
    #[command(flatten)]
    pub(crate) choice: Choice,
    /// Where to call; http:// only on this machine [default: https://api.frame.io]
    #[arg(long, env = "FRAMEIO_BASE_URL", value_name = "URL", global = true, hide_env = true)]
    base_url: Option<String>,
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
    /// A client with the token of the environment.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let profile = self.choice.profile()?.unwrap_or_default();
        // Not a flag: the arguments of a program can be read by others on the machine.
        let token = std::env::var("FRAMEIO_TOKEN").ok().filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| {
            Failure::new(Status::SignedOut, "no token: set FRAMEIO_TOKEN to one of your user's")
        })?;
        let mut builder = Client::builder()
            .token(token)
            .user_agent(concat!("frameio-cli/", env!("CARGO_PKG_VERSION")));
        // A variable that is set to nothing is as good as none.
        let given = self.base_url.as_deref().filter(|url| !url.is_empty());
        if let Some(url) = given.or(profile.base_url.as_deref()) {
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
}
