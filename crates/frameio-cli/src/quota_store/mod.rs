//! Quotas that several processes share: on this machine in a file, or on several machines in Redis.

mod file;
mod of_user;
mod setting;

use std::path::PathBuf;
#[cfg(feature = "redis")]
use std::sync::{Mutex, PoisonError};
#[cfg(feature = "redis")]
use std::time::Duration;

use frameio::Quota;
use frameio::auth::profile::{Profile, Services};
use frameio::layers::RateLimitLayer;
use frameio::layers::rate_limit::OnUnavailable;
use frameio_private_file::reason;

use self::file::FileQuotas;
use self::of_user::OfUser;
use self::setting::QuotaStoreSetting;
#[cfg(feature = "redis")]
use self::setting::masked;
pub(crate) use self::setting::{QuotaStoreArgs, without_password};
use crate::config;
use crate::credentials::Credentials;
use crate::exit::Failure;
use crate::report::Reporter;

/// Share of a quota that a process may spend while the file of a machine is unavailable.
const SHARE: f64 = 0.5;

/// Maximum time at the end of a run for sending what it learned.
#[cfg(feature = "redis")]
const FLUSH: Duration = Duration::from_millis(500);

/// Returns the quotas of a client of these services. Quotas in Redis are added to `remote`.
pub(crate) fn layer(
    args: &QuotaStoreArgs,
    remote: &RemoteQuotas,
    services: &Services,
    profile: &Profile,
    credentials: &Credentials,
) -> Result<RateLimitLayer, Failure> {
    #[cfg(not(feature = "redis"))]
    let _ = remote;
    // The name only separates quotas of users from those of accounts; the store knows the user.
    let layer = RateLimitLayer::new().credential("user");
    match args.setting(profile)? {
        QuotaStoreSetting::None => Ok(layer),
        QuotaStoreSetting::File => match FileQuotas::open(path()?) {
            Ok(quotas) => Ok(layer
                .store(OfUser::new(quotas, services, profile, credentials))
                .on_unavailable(OnUnavailable::FailOpen { share: SHARE })),
            Err(error) => {
                let message = format!(
                    "quotas are not shared with other processes: cannot write '{}': {}; \
                     '--quota-store none' turns this note off",
                    path()?.display(),
                    reason(&error)
                );
                Reporter::text().note(&message);
                Ok(layer)
            }
        },
        #[cfg(feature = "redis")]
        QuotaStoreSetting::Redis(url) => {
            let redis = redis(&url)?;
            let secret = setting::names_secret(&url);
            let quotas = frameio_redis::RedisQuotas::new(&redis, secret.expose());
            remote.keep(&quotas);
            Ok(layer.store(OfUser::new(quotas, services, profile, credentials)))
        }
    }
}

/// Quotas on several machines that a run uses.
#[derive(Debug, Default)]
pub(crate) struct RemoteQuotas {
    #[cfg(feature = "redis")]
    stores: Mutex<Vec<frameio_redis::RedisQuotas>>,
}

impl RemoteQuotas {
    #[cfg(feature = "redis")]
    fn keep(&self, quotas: &frameio_redis::RedisQuotas) {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).push(quotas.clone());
    }

    /// Sends what the run learned to the other machines, within a short time.
    pub(crate) async fn flush(&self) {
        #[cfg(feature = "redis")]
        {
            let stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let all = stores.iter().map(frameio_redis::RedisQuotas::flush);
            drop(tokio::time::timeout(FLUSH, futures_util::future::join_all(all)).await);
        }
    }
}

/// Returns the path of the file that the processes of this machine share.
fn path() -> Result<PathBuf, Failure> {
    Ok(config::state()?.join("quotas"))
}

#[cfg(feature = "redis")]
fn redis(url: &frameio::Secret) -> Result<frameio_redis::Redis, Failure> {
    frameio_redis::Redis::new(url.expose())
        .map_err(|error| Failure::value("--quota-store", masked(url.expose()), error))
}

/// Description of the store for `frameio doctor`.
#[derive(Debug)]
pub(crate) struct QuotaStoreState {
    pub(crate) description: String,
    /// Buckets in use, if the store lists them.
    pub(crate) buckets: Vec<BucketState>,
}

/// Bucket in use.
#[derive(Debug)]
pub(crate) struct BucketState {
    pub(crate) operation: String,
    pub(crate) used: u64,
    pub(crate) quota: Quota,
}

impl QuotaStoreState {
    /// Reads the store of a run.
    pub(crate) async fn read(args: &QuotaStoreArgs, profile: &Profile) -> Result<Self, Failure> {
        let described = |description: String| Self { description, buckets: Vec::new() };
        match args.setting(profile)? {
            QuotaStoreSetting::None => Ok(described("quotas are not shared".to_owned())),
            QuotaStoreSetting::File => {
                let path = path()?;
                let read = tokio::task::spawn_blocking(move || {
                    FileQuotas::state(&path).map_err(|error| Failure::file("open", &path, &error))
                });
                read.await.unwrap_or_else(|error| Err(Failure::usage(error.to_string())))
            }
            #[cfg(feature = "redis")]
            QuotaStoreSetting::Redis(url) => {
                let place = masked(url.expose());
                match redis(&url)?.check().await {
                    Ok(()) => Ok(described(format!("shared in {place}, which responds"))),
                    Err(error) => {
                        let status = crate::exit::Status::NoResponse;
                        Err(Failure::new(status, error.to_string()))
                    }
                }
            }
        }
    }
}
