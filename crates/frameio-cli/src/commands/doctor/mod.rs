//! `frameio doctor`: explains why something does not work.

mod access;
mod clock;
mod diagnosis;
mod directories;
mod environment;
mod finding;
mod network;
mod personal;
mod place;
mod probe;
mod proxy;
mod quota;
mod refusal;
mod storage;
mod token;
mod webhooks;
mod write_test;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use frameio::auth::profile::{Profile, Services};
use frameio::transport::Proxy;
use frameio::{Client, ClientBuilder};
use http::Uri;

use self::diagnosis::Diagnosis;
use self::finding::{Finding, Outcome};
use self::network::Reached;
use self::personal::Personal;
use self::place::Action;
use self::probe::ApiProbe;
use self::token::Signed;
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::completion;
use crate::exit::{Failure, Status};

pub(super) const HELP: &str = "\
Checks the environment, the directories, the token, the network, the clock, the accounts, the quota,
webhooks that are switched off, and the storage. Prints what it read, the cause of each problem, and
what to do. Nothing is changed, except with '--write-test'.

Tokens and secrets are never printed. Email addresses, names and the home directory are masked, so that
the output can be shared.

Each request is limited to 10 seconds, or '--timeout', and the whole run to ten times that.

The exit status is 0 without a problem, or else that of the first one, see `frameio --help`.

Examples:
  frameio doctor
  frameio doctor '/Film/The Crossing/Dailies' --action upload
  frameio doctor '/Film/The Crossing/Dailies' --write-test
  frameio doctor --json";

/// Maximum number of accounts that are checked.
const MAX_ACCOUNTS: usize = 5;

/// Default time limit of a request.
const LIMIT: Duration = Duration::from_secs(10);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Place that does not work: /Workspace/Project/Folder/file.mov, an ID or a link
    #[arg(add = completion::place())]
    place: Option<String>,
    #[command(flatten)]
    account: AccountArg,
    /// Action to check at the place
    #[arg(long, value_name = "ACTION", requires = "place", default_value = "view")]
    action: Action,
    /// Upload a file of one byte into the place, and delete it
    #[arg(long, requires = "place")]
    write_test: bool,
    /// Print email addresses, names and full paths
    #[arg(long)]
    show_personal: bool,
    #[command(flatten)]
    json: JsonArgs,
}

/// Settings of a run.
struct Doctor<'a> {
    global: &'a GlobalArgs,
    personal: Personal,
    /// Time limit of a request.
    limit: Duration,
    /// Whether the store of shared quotas works. Until it is checked, requests with a token do not use it.
    has_quotas: AtomicBool,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let limit = global.timeout().unwrap_or(LIMIT);
    let (personal, has_quotas) = (Personal(args.show_personal), AtomicBool::new(false));
    let doctor = Doctor { global, personal, limit, has_quotas };
    let mut diagnosis = Diagnosis::new(doctor.personal);
    diagnosis.add(environment::check());
    let examined = tokio::time::timeout(limit * 10, doctor.examine(args, &mut diagnosis)).await;
    if examined.is_err() {
        let finding = Finding::problem("time", Status::NoResponse, "timeout");
        let fact = format!("the checks were stopped after {} s", (limit * 10).as_secs_f64());
        diagnosis.add([finding.read(fact).advise("pass a longer '--timeout'")]);
    }
    args.json.reporter().record(&diagnosis)?;
    match diagnosis.status() {
        Some(status) => Err(Failure::reported(status)),
        None => Ok(()),
    }
}

impl Doctor<'_> {
    /// Runs the checks in order. Those that need the result of a failed one are omitted.
    async fn examine(&self, args: &Args, diagnosis: &mut Diagnosis) {
        match self.blocking(directories::check).await {
            Some(findings) => diagnosis.add(findings),
            None => diagnosis.add([unresponsive_disk()]),
        }
        let (findings, signed) = token::check(self).await;
        diagnosis.add(findings);
        let profile = match &signed {
            Some(signed) => signed.profile.clone(),
            None => self.global.profile.load().unwrap_or_default(),
        };
        let services = match self.services(&profile) {
            Ok(services) => services,
            Err(failure) => {
                let finding = Finding::problem("api", failure.status, "invalid_setting");
                return diagnosis.add([finding.read(failure.message)]);
            }
        };
        let (findings, reached) = network::check(self, &services).await;
        diagnosis.add(findings);
        if let Some(reached) = &reached {
            diagnosis.add([clock::check(reached)]);
        }
        let quotas = quota::store(self, &profile).await;
        self.has_quotas.store(quotas.outcome == Outcome::Ok, Ordering::Relaxed);
        diagnosis.add([quotas]);
        if let (Some(signed), Some(reached)) = (signed.filter(|it| it.token.is_some()), reached) {
            self.examine_access(args, &signed, &services, &reached, diagnosis).await;
        }
    }

    /// Runs the checks that need a token.
    async fn examine_access(
        &self,
        args: &Args,
        signed: &Signed,
        services: &Services,
        reached: &Reached,
        diagnosis: &mut Diagnosis,
    ) {
        let account = args.account.given();
        let (findings, access) = access::check(self, signed, account, services, reached).await;
        diagnosis.add(findings);
        let Some(access) = access else { return };
        diagnosis.add([quota::remaining(&access)]);
        let mut place = None;
        if let Some(text) = &args.place {
            match place::find(self, signed, &args.account, text).await {
                Ok(found) => {
                    diagnosis.add([place::check(&access, &found, args.action).await]);
                    place = Some(found);
                }
                Err(finding) => diagnosis.add([finding]),
            }
        }
        let sample = place.as_ref().and_then(place::Place::sample);
        let project = signed.profile.project_id.as_deref();
        let (storage, webhooks) =
            tokio::join!(storage::check(self, &access, project, sample), webhooks::check(&access));
        diagnosis.add([storage]);
        diagnosis.add(webhooks);
        if let Some(place) = place.filter(|_| args.write_test) {
            diagnosis.add(write_test::check(self, &access, &place).await);
        }
    }

    /// Runs a function that may block, within the time limit.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let work = tokio::task::spawn_blocking(work);
        tokio::time::timeout(self.limit, work).await.ok()?.ok()
    }

    /// Returns the URLs of the run.
    fn services(&self, profile: &Profile) -> Result<Services, Failure> {
        Ok(self.global.sign_in_settings(profile)?.services)
    }

    /// Returns whether connections to the public API go through a proxy.
    fn has_proxy(&self) -> bool {
        Proxy::from_env().address_for(&Uri::from_static("https://api.frame.io")).is_some()
    }

    /// Returns the client of the run, with the time limit and without retries. Its calls count in the shared
    /// quotas.
    fn client(&self, signed: &Signed) -> Result<Client, Failure> {
        let quotas = match self.has_quotas.load(Ordering::Relaxed) {
            true => Some(self.global.quotas(&signed.profile, &signed.credentials)?),
            false => None,
        };
        let limits = |builder: ClientBuilder| {
            builder
                .timeout(self.limit)
                .connect_timeout(self.limit)
                .deadline(self.limit)
                .max_retries(0)
                .rate_limit(quotas)
        };
        let builder = signed.credentials.sign(Client::builder());
        let builder = limits(self.global.client_builder(&signed.profile, builder)?);
        builder.build().map_err(|error| Failure::usage(error.to_string()))
    }

    fn api_probe(&self, signed: &Signed) -> Result<ApiProbe, Failure> {
        Ok(ApiProbe::new(self.client(signed)?))
    }
}

fn unresponsive_disk() -> Finding {
    Finding::problem("directories", Status::Other, "disk_unresponsive")
        .read("the configuration directory does not respond")
        .infer("it is on a network file system that is unreachable")
        .advise("set FRAMEIO_CONFIG_DIR to a local directory")
}
