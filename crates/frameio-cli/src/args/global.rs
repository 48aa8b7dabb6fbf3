//! Arguments of every command, and the client that is built from them.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use frameio::auth::profile::{Profile, Services, is_local};
use frameio::auth::{Session, UnauthorizedReason};
use frameio::layers::{RateLimitLayer, StandardPolicy};
use frameio::transfer::Transfers;
use frameio::{Client, ClientBuilder};
use http::StatusCode;

use super::{PaceArgs, ProfileArg};
use crate::credentials::{Credentials, SignInSettings, Source};
use crate::exit::{Failure, Status};
use crate::input::variable;
use crate::logging::LogArgs;
use crate::name_cache::Owner;
use crate::quota_store::{self, QuotaStoreArgs, RemoteQuotas};
use crate::report::{CallRetries, ColorChoice};

/// Arguments of every command.
#[derive(Debug, clap::Args)]
pub(crate) struct GlobalArgs {
    #[command(flatten)]
    pub(crate) profile: ProfileArg,
    /// Time limit of each attempt of a call, in seconds [default: 60; 30 for sign-in requests]
    #[arg(long, value_name = "SECONDS", global = true, value_parser = seconds)]
    timeout: Option<Duration>,
    /// Maximum number of retries per call [default: 2]
    #[arg(long, value_name = "N", global = true, value_parser = retries)]
    max_retries: Option<u32>,
    #[command(flatten)]
    pub(crate) quota_store: QuotaStoreArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
    /// When to print colors: auto, always or never; auto follows the terminal and NO_COLOR
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) color: ColorChoice,
    /// Quotas of this run on several machines.
    #[arg(skip)]
    pub(crate) remote_quotas: RemoteQuotas,
    /// Repeated calls of this run.
    #[arg(skip)]
    pub(crate) retries: CallRetries,
    /// Sessions whose tokens are saved at the end of the run.
    #[arg(skip)]
    sessions: Mutex<Vec<Session>>,
}

fn retries(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "expected a whole number, such as 0 or 5".to_owned())
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let expected = || "expected a number of seconds, such as 30 or 0.5".to_owned();
    let seconds: f64 = text.parse().map_err(|_| expected())?;
    let duration = Duration::try_from_secs_f64(seconds).map_err(|_| expected())?;
    if duration.is_zero() { Err("must be greater than 0".to_owned()) } else { Ok(duration) }
}

impl GlobalArgs {
    /// Creates a client with the credentials of the environment or the profile.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let (_, profile, credentials) = self.credentials()?;
        self.client_for(&profile, &credentials)
    }

    /// Returns the time limit of an attempt, if one is given.
    pub(crate) const fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// Creates a client for transfers with a limited bandwidth, and returns the profile.
    pub(crate) fn limited_transfers(
        &self,
        pace: &PaceArgs,
    ) -> Result<(Transfers, Profile), Failure> {
        let (_, profile, credentials) = self.credentials()?;
        let limit = pace.limit(&profile)?;
        let client = self.client_for(&profile, &credentials)?;
        Ok((Transfers::builder(client).bandwidth(limit).build(), profile))
    }

    /// Returns the name of the profile, the profile, and the credentials of this run.
    pub(crate) fn credentials(&self) -> Result<(String, Profile, Credentials), Failure> {
        let (name, profile) = self.profile.load_named()?;
        let credentials = Credentials::find(&name, &profile, &self.sign_in_settings(&profile)?)?;
        self.keep(&credentials);
        Ok((name, profile, credentials))
    }

    /// Returns the service and user whose names are cached.
    pub(crate) fn name_owner(&self) -> Result<Owner, Failure> {
        let (name, profile) = self.profile.load_named()?;
        let api_url = Services::new(self.base_url(&profile)?, None).api_url;
        let credentials = match variable("FRAMEIO_TOKEN")? {
            Some(token) => Some(token),
            None => {
                let has_secret = variable("FRAMEIO_CLIENT_SECRET")?.is_some();
                variable("FRAMEIO_CLIENT_ID")?.filter(|_| has_secret)
            }
        };
        Ok(Owner::new(&api_url, &name, credentials.as_deref()))
    }

    /// Saves the tokens of these credentials at the end of the run.
    pub(crate) fn keep(&self, credentials: &Credentials) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.extend(credentials.as_session().cloned());
    }

    /// Saves the tokens that could not be saved when they were refreshed.
    pub(crate) async fn save_sessions(&self) -> Result<(), Failure> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for session in sessions {
            session.save().await.map_err(|error| {
                let message =
                    format!("cannot save the refreshed tokens: {error}; run `frameio login` again");
                Failure::new(Status::Other, message)
            })?;
        }
        Ok(())
    }

    /// Adds what to do to the failure of a run whose token or call was refused.
    pub(crate) fn advised(&self, mut failure: Failure) -> Failure {
        let doctor = "`frameio doctor` explains why";
        let is_refused = |code: &str| failure.message.contains(code);
        let advice = match (failure.status, Source::of_run()) {
            (Status::SignedOut, _) if is_refused("frameio login") => return failure,
            (Status::SignedOut, Ok(Source::Profile))
                if self.has_ended() || is_refused("sign in again") =>
            {
                format!("run `{}`", self.login())
            }
            (Status::SignedOut, Ok(source)) if is_refused(": 401") => {
                format!("the token is from {}: {doctor}", source.name())
            }
            (Status::Forbidden, _) if is_refused(": 403") => doctor.to_owned(),
            _ => return failure,
        };
        failure.message += &format!("; {advice}");
        failure
    }

    /// Returns whether the service refused both tokens of a session.
    fn has_ended(&self) -> bool {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = Some(StatusCode::UNAUTHORIZED);
        let mut reasons = sessions.iter().map(|session| session.explain(refused));
        reasons.any(|reason| reason == Some(UnauthorizedReason::SignInEnded))
    }

    /// Returns the command that signs in to the profile of this run.
    fn login(&self) -> String {
        match self.profile.given() {
            Ok(Some(name)) => format!("frameio login --profile {name}"),
            _ => "frameio login".to_owned(),
        }
    }

    /// Creates a client with these credentials and their quotas.
    pub(crate) fn client_for(
        &self,
        profile: &Profile,
        credentials: &Credentials,
    ) -> Result<Client, Failure> {
        let builder = self.client_builder(profile, credentials.sign(Client::builder()))?;
        let builder = builder.rate_limit(self.quotas(profile, credentials)?);
        builder.build().map_err(|error| Failure::usage(error.to_string()))
    }

    /// Returns the quotas that the calls with these credentials share with other processes.
    pub(crate) fn quotas(
        &self,
        profile: &Profile,
        credentials: &Credentials,
    ) -> Result<RateLimitLayer, Failure> {
        let services = self.sign_in_settings(profile)?.services;
        quota_store::layer(&self.quota_store, &self.remote_quotas, &services, profile, credentials)
    }

    /// Adds the settings of the arguments and the profile to a client.
    pub(crate) fn client_builder(
        &self,
        profile: &Profile,
        builder: ClientBuilder,
    ) -> Result<ClientBuilder, Failure> {
        let user_agent = concat!("frameio-cli/", env!("CARGO_PKG_VERSION"));
        let mut builder = builder.user_agent(user_agent).metrics(self.retries.clone());
        // The default policy could create an item twice, after a 5xx.
        builder = builder.retry(StandardPolicy::conservative());
        if let Some(url) = self.base_url(profile)? {
            // The error of the client suggests a method of its builder.
            if url.starts_with("http://") && !is_local(url) {
                let reason = "http:// is accepted for this machine only; use https://";
                // It may contain a password.
                let shown = if url.contains('@') { "http://…" } else { url };
                let source = self.profile.base_url_source()?;
                let message = format!("invalid API URL '{shown}' in {source}: {reason}");
                return Err(Failure::usage(message));
            }
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

    /// Returns the API URL; `None` for the public service.
    pub(crate) fn base_url<'a>(&'a self, profile: &'a Profile) -> Result<Option<&'a str>, Failure> {
        Ok(self.profile.base_url()?.or(profile.base_url.as_deref()))
    }

    /// Returns the sign-in URL that the arguments or the profile set.
    pub(crate) fn given_ims_url<'a>(
        &'a self,
        profile: &'a Profile,
    ) -> Result<Option<&'a str>, Failure> {
        Ok(self.profile.ims_url()?.or(profile.ims_url.as_deref()))
    }

    /// Returns the settings for sign-in requests.
    pub(crate) fn sign_in_settings(&self, profile: &Profile) -> Result<SignInSettings, Failure> {
        Ok(SignInSettings {
            services: Services::new(self.base_url(profile)?, self.given_ims_url(profile)?),
            timeout: self.timeout,
            max_retries: self.max_retries,
        })
    }
}
