//! Arguments of every command, and the client that they describe.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use frameio::auth::Session;
use frameio::auth::profile::{Profile, Services};
use frameio::transfer::Transfers;
use frameio::{Client, ClientBuilder};

use super::ProfileArg;
use crate::credentials::{Credentials, SignInSettings};
use crate::exit::{Failure, Status};

/// Arguments of every command.
#[derive(Debug, clap::Args)]
pub(crate) struct GlobalArgs {
    #[command(flatten)]
    pub(crate) profile: ProfileArg,
    /// Time limit for one attempt, in seconds [default: 60; 30 for sign-in requests]
    #[arg(long, value_name = "SECONDS", global = true, value_parser = seconds)]
    timeout: Option<Duration>,
    /// Maximum number of retries of a call [default: 2]
    #[arg(long, value_name = "N", global = true)]
    max_retries: Option<u32>,
    /// Sessions of this run, whose tokens must be saved when it ends.
    #[arg(skip)]
    sessions: Mutex<Vec<Session>>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "must be more than 0 seconds".to_owned())
}

impl GlobalArgs {
    /// Creates a client that calls with the credentials of the environment or the profile.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let (_, profile, credentials) = self.credentials()?;
        self.client_for(&profile, &credentials)
    }

    /// Creates a client for transfers.
    pub(crate) fn transfers(&self) -> Result<Transfers, Failure> {
        Ok(Transfers::new(self.client()?))
    }

    /// Returns the name of the profile, the profile, and the credentials to call with.
    pub(crate) fn credentials(&self) -> Result<(String, Profile, Credentials), Failure> {
        let (name, profile) = self.profile.load_named()?;
        let credentials = Credentials::find(&name, &profile, &self.sign_in_settings(&profile)?)?;
        self.keep(&credentials);
        Ok((name, profile, credentials))
    }

    /// Has the tokens of these credentials saved at the end of the run.
    pub(crate) fn keep(&self, credentials: &Credentials) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.extend(credentials.as_session().cloned());
    }

    /// Saves the tokens that could not be saved when they were refreshed.
    pub(crate) async fn save_sessions(&self) -> Result<(), Failure> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for session in sessions {
            session.save().await.map_err(|error| {
                let message = format!(
                    "the renewed sign-in could not be saved, so that the next run has to begin \
                     with `frameio login`: {error}"
                );
                Failure::new(Status::Other, message)
            })?;
        }
        Ok(())
    }

    /// Creates a client that calls with these credentials.
    pub(crate) fn client_for(
        &self,
        profile: &Profile,
        credentials: &Credentials,
    ) -> Result<Client, Failure> {
        let builder = self.client_builder(profile, credentials.sign(Client::builder()))?;
        builder.build().map_err(|error| Failure::new(Status::Usage, error.to_string()))
    }

    /// Adds the settings of the arguments and the profile to a client.
    pub(crate) fn client_builder(
        &self,
        profile: &Profile,
        builder: ClientBuilder,
    ) -> Result<ClientBuilder, Failure> {
        let user_agent = concat!("frameio-cli/", env!("CARGO_PKG_VERSION"));
        let mut builder = builder.user_agent(user_agent);
        if let Some(url) = self.base_url(profile)? {
            builder = builder.base_url(url);
        }
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout);
        }
        if let Some(max_retries) = self.max_retries {
            builder = builder.max_retries(max_retries);
        }
        Ok(builder)
    }

    /// Returns the API URL, unless it is that of the public service.
    pub(crate) fn base_url<'a>(&'a self, profile: &'a Profile) -> Result<Option<&'a str>, Failure> {
        Ok(self.profile.base_url()?.or(profile.base_url.as_deref()))
    }

    /// Returns the sign-in URL, if the arguments or the profile set it.
    pub(crate) fn given_ims_url<'a>(
        &'a self,
        profile: &'a Profile,
    ) -> Result<Option<&'a str>, Failure> {
        Ok(self.profile.ims_url()?.or(profile.ims_url.as_deref()))
    }

    /// Returns how this run signs in. A local Frame.io signs in itself.
    pub(crate) fn sign_in_settings(&self, profile: &Profile) -> Result<SignInSettings, Failure> {
        Ok(SignInSettings {
            services: Services::new(self.base_url(profile)?, self.given_ims_url(profile)?),
            timeout: self.timeout,
            max_retries: self.max_retries,
        })
    }
}
