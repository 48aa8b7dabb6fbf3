//! The connection: established when it is first needed, and restored whenever it is lost.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[cfg(any(feature = "sentinel", feature = "tls"))]
use redis::ConnectionAddr;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, FromRedisValue, IntoConnectionInfo, RedisError, ScriptInvocation,
};
use tokio::time::{sleep, timeout};

use crate::error::{RedisUnavailable, RedisUrlError, concerns_one_key};
use crate::event;

/// Waits before the first attempt to reconnect, and before later ones at most.
const RECONNECT_WAIT: (Duration, Duration) = (Duration::from_millis(100), MAX_RECONNECT_WAIT);
pub(crate) const MAX_RECONNECT_WAIT: Duration = Duration::from_millis(500);

/// A Redis: one server, a cluster, or whatever master the sentinels name.
///
/// | setting | default |
/// |---|---|
/// | time for a connection, TLS included | 2 s |
/// | time for a command | 500 ms |
///
/// Nothing is connected before it is needed. All that is made of clones shares one connection,
/// which carries any number of commands at once. A connection that is lost is made again in the
/// background, after 100 ms, 200 ms, 400 ms and then each 500 ms; until then everything that needs
/// Redis fails at once and does not wait for it. Redis 5 or later, or Valkey.
///
/// ```
/// use frameio_redis::Redis;
///
/// let redis = Redis::new("redis://127.0.0.1:6379")?;
/// # let _ = redis;
/// # Ok::<_, frameio_redis::RedisUrlError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Redis(Arc<Inner>);

struct Inner {
    settings: Settings,
    link: Mutex<Link>,
    /// Held by who connects for the first time, so that the others wait for it.
    first: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Settings {
    server: Server,
    connect_timeout: Duration,
    timeout: Duration,
    #[cfg(feature = "tls")]
    certificates: crate::tls::Certificates,
}

#[derive(Clone)]
enum Server {
    Single(redis::ConnectionInfo),
    #[cfg(feature = "cluster")]
    Cluster(Vec<redis::ConnectionInfo>),
    #[cfg(feature = "sentinel")]
    Sentinel {
        sentinels: Vec<redis::ConnectionInfo>,
        service: String,
    },
}

enum Link {
    Idle,
    Up(Connection, u64),
    Down(Arc<RedisError>),
}

/// A connection that clones share.
#[derive(Clone)]
pub(crate) enum Connection {
    Single(MultiplexedConnection),
    #[cfg(feature = "cluster")]
    Cluster(redis::cluster_async::ClusterConnection),
}

impl Connection {
    async fn invoke<T: FromRedisValue>(
        self,
        script: &ScriptInvocation<'static>,
    ) -> Result<T, RedisError> {
        match self {
            Self::Single(mut connection) => script.invoke_async(&mut connection).await,
            #[cfg(feature = "cluster")]
            Self::Cluster(mut connection) => script.invoke_async(&mut connection).await,
        }
    }

    async fn ping(self) -> Result<(), RedisError> {
        let ping = redis::cmd("PING");
        match self {
            Self::Single(mut connection) => ping.query_async(&mut connection).await,
            #[cfg(feature = "cluster")]
            Self::Cluster(mut connection) => ping.query_async(&mut connection).await,
        }
    }
}

impl Redis {
    /// The server of a URL: `redis://`, `rediss://` with the feature `tls`, `redis+unix://`.
    ///
    /// # Errors
    /// If the URL is none of these.
    pub fn new(url: &str) -> Result<Self, RedisUrlError> {
        Ok(Self::with(Server::Single(url.into_connection_info().map_err(|_| RedisUrlError)?)))
    }

    /// The cluster that the nodes of these URLs belong to; one that answers is enough.
    ///
    /// # Errors
    /// If there is no URL, or one that is not understood.
    #[cfg(feature = "cluster")]
    pub fn cluster<'a>(urls: impl IntoIterator<Item = &'a str>) -> Result<Self, RedisUrlError> {
        Ok(Self::with(Server::Cluster(infos(urls)?)))
    }

    /// The master that sentinels know as `service`. User, password, database and TLS of the first
    /// URL hold for the master as for the sentinels.
    ///
    /// # Errors
    /// If there is no URL, or one that is not understood.
    #[cfg(feature = "sentinel")]
    pub fn sentinel<'a>(
        urls: impl IntoIterator<Item = &'a str>,
        service: impl Into<String>,
    ) -> Result<Self, RedisUrlError> {
        Ok(Self::with(Server::Sentinel { sentinels: infos(urls)?, service: service.into() }))
    }

    fn with(server: Server) -> Self {
        Self::set(Settings {
            server,
            connect_timeout: Duration::from_secs(2),
            timeout: Duration::from_millis(500),
            #[cfg(feature = "tls")]
            certificates: crate::tls::Certificates::default(),
        })
    }

    fn set(settings: Settings) -> Self {
        let (link, first) = (Mutex::new(Link::Idle), tokio::sync::Mutex::default());
        Self(Arc::new(Inner { settings, link, first }))
    }

    fn change(self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.0.settings.clone();
        change(&mut settings);
        Self::set(settings)
    }

    /// Limits the making of a connection. From then on this has a connection of its own.
    pub fn connect_timeout(self, limit: Duration) -> Self {
        self.change(|settings| settings.connect_timeout = limit)
    }

    /// Limits a command: the longest that a call is held up when Redis does not answer. From then
    /// on this has a connection of its own.
    pub fn timeout(self, limit: Duration) -> Self {
        self.change(|settings| settings.timeout = limit)
    }

    /// Trusts the authorities of these certificates (PEM) for `rediss://`, and no others. Default:
    /// those that the platform trusts.
    ///
    /// # Errors
    /// If there is no certificate, or one that cannot be read.
    #[cfg(feature = "tls")]
    pub fn root_certificates(
        self,
        pem: impl Into<Vec<u8>>,
    ) -> Result<Self, crate::tls::RedisTlsError> {
        let mut settings = self.0.settings.clone();
        settings.certificates.set_roots(pem.into())?;
        Ok(Self::set(settings))
    }

    /// Presents this certificate to the server, with the chain to its authority and its key (both
    /// PEM). Default: none.
    ///
    /// # Errors
    /// If there is no certificate or no key, or one that cannot be read.
    #[cfg(feature = "tls")]
    pub fn client_certificate(
        self,
        chain: impl Into<Vec<u8>>,
        key: impl Into<Vec<u8>>,
    ) -> Result<Self, crate::tls::RedisTlsError> {
        let mut settings = self.0.settings.clone();
        settings.certificates.set_client(chain.into(), key.into())?;
        Ok(Self::set(settings))
    }

    /// The connection, if there is one or this is the first time that one is needed.
    async fn connection(&self) -> Result<(Connection, u64), RedisUnavailable> {
        if let Some(known) = self.0.known() {
            return known;
        }
        let _first = self.0.first.lock().await;
        if let Some(known) = self.0.known() {
            return known;
        }
        match self.0.connect().await {
            Ok(connection) => {
                *self.0.lock() = Link::Up(connection.clone(), 1);
                Ok((connection, 1))
            }
            Err(error) => Err(self.0.lost(error, 0)),
        }
    }

    /// Returns the reason if the connection is lost, or could not be established.
    pub(crate) fn unavailable(&self) -> Option<RedisUnavailable> {
        self.0.known()?.err()
    }

    /// Invokes a script of one key.
    pub(crate) async fn invoke<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'static>,
    ) -> Result<T, RedisUnavailable> {
        let (connection, number) = self.connection().await?;
        match timeout(self.0.settings.timeout, connection.invoke(script))
            .await
            .unwrap_or_else(|_| Err(timed_out()))
        {
            Ok(values) => Ok(values),
            Err(error) if concerns_one_key(&error) => Err(self.fail(error)),
            Err(error) => Err(self.0.lost(error, number)),
        }
    }

    /// Fails a command and keeps the connection.
    pub(crate) fn fail(&self, error: RedisError) -> RedisUnavailable {
        event::command_failed(&error);
        RedisUnavailable::new(Arc::new(error))
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> Option<Result<(Connection, u64), RedisUnavailable>> {
        match &*self.lock() {
            Link::Idle => None,
            Link::Up(connection, number) => Some(Ok((connection.clone(), *number))),
            Link::Down(error) => Some(Err(RedisUnavailable::new(error.clone()))),
        }
    }

    /// Starts a task that replaces the connection of that number.
    ///
    /// Error responses of the server count as well: from a replica that was the master, a cluster
    /// without a node, a server that is still loading. The same server would fail again.
    fn lost(self: &Arc<Self>, error: RedisError, number: u64) -> RedisUnavailable {
        let error = Arc::new(error);
        let mut link = self.lock();
        match &*link {
            Link::Down(known) => return RedisUnavailable::new(known.clone()),
            Link::Up(_, current) if *current != number => return RedisUnavailable::new(error),
            _ => *link = Link::Down(error.clone()),
        }
        drop(link);
        event::unavailable(&error);
        let inner = Arc::downgrade(self);
        tokio::spawn(async move {
            let mut wait = RECONNECT_WAIT.0;
            loop {
                sleep(wait).await;
                wait = (wait * 2).min(RECONNECT_WAIT.1);
                // Nobody needs it any more.
                let Some(inner) = inner.upgrade() else { return };
                if let Ok(connection) = inner.connect().await {
                    *inner.lock() = Link::Up(connection, number + 1);
                    event::reconnected();
                    return;
                }
            }
        });
        RedisUnavailable::new(error)
    }

    async fn connect(&self) -> Result<Connection, RedisError> {
        let Settings { connect_timeout, timeout: limit, .. } = self.settings;
        let connection = timeout(connect_timeout, self.settings.open());
        let connection = connection.await.unwrap_or_else(|_| Err(timed_out()))?;
        // A server that still loads its data accepts connections.
        timeout(limit, connection.clone().ping()).await.unwrap_or_else(|_| Err(timed_out()))?;
        Ok(connection)
    }
}

impl Settings {
    #[cfg(feature = "tls")]
    fn is_tls(&self) -> bool {
        let servers = match &self.server {
            Server::Single(server) => std::slice::from_ref(server),
            #[cfg(feature = "cluster")]
            Server::Cluster(nodes) => nodes,
            #[cfg(feature = "sentinel")]
            Server::Sentinel { sentinels, .. } => sentinels,
        };
        servers.iter().any(|server| matches!(server.addr(), ConnectionAddr::TcpTls { .. }))
    }

    async fn open(&self) -> Result<Connection, RedisError> {
        #[cfg(feature = "tls")]
        if self.is_tls() {
            crate::tls::install_provider();
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.connect_timeout))
            .set_response_timeout(Some(self.timeout));
        Ok(match &self.server {
            Server::Single(server) => {
                #[cfg(feature = "tls")]
                let client = self.certificates.client(server.clone())?;
                #[cfg(not(feature = "tls"))]
                let client = redis::Client::open(server.clone())?;
                Connection::Single(
                    client.get_multiplexed_async_connection_with_config(&config).await?,
                )
            }
            #[cfg(feature = "cluster")]
            Server::Cluster(nodes) => {
                let builder = redis::cluster::ClusterClientBuilder::new(nodes.iter().cloned())
                    .connection_timeout(self.connect_timeout)
                    .response_timeout(self.timeout)
                    .retries(3);
                #[cfg(feature = "tls")]
                let builder = self.certificates.cluster(builder);
                Connection::Cluster(builder.build()?.get_async_connection().await?)
            }
            #[cfg(feature = "sentinel")]
            Server::Sentinel { sentinels, service } => {
                let builder = sentinel(sentinels, service)?;
                #[cfg(feature = "tls")]
                let builder = self.certificates.sentinel(builder);
                let mut client = builder.build()?;
                Connection::Single(client.get_async_connection_with_config(&config).await?)
            }
        })
    }
}

#[cfg(feature = "sentinel")]
fn sentinel(
    sentinels: &[redis::ConnectionInfo],
    service: &str,
) -> Result<redis::sentinel::SentinelClientBuilder, RedisError> {
    use redis::TlsMode;
    use redis::sentinel::{SentinelClientBuilder, SentinelServerType};

    let mut builder = SentinelClientBuilder::new(
        sentinels.iter().map(|sentinel| sentinel.addr().clone()),
        service,
        SentinelServerType::Master,
    )?;
    if let Some(first) = sentinels.first() {
        let login = first.redis_settings();
        if let Some(user) = login.username() {
            builder =
                builder.set_client_to_redis_username(user).set_client_to_sentinel_username(user);
        }
        if let Some(password) = login.password() {
            builder = builder
                .set_client_to_redis_password(password)
                .set_client_to_sentinel_password(password);
        }
        builder = builder.set_client_to_redis_db(login.db());
        if let ConnectionAddr::TcpTls { .. } = first.addr() {
            builder = builder
                .set_client_to_redis_tls_mode(TlsMode::Secure)
                .set_client_to_sentinel_tls_mode(TlsMode::Secure);
        }
    }
    Ok(builder)
}

#[cfg(any(feature = "cluster", feature = "sentinel"))]
fn infos<'a>(
    urls: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<redis::ConnectionInfo>, RedisUrlError> {
    let infos: Vec<_> = urls
        .into_iter()
        .map(|url| url.into_connection_info().map_err(|_| RedisUrlError))
        .collect::<Result<_, _>>()?;
    if infos.is_empty() {
        return Err(RedisUrlError);
    }
    Ok(infos)
}

fn timed_out() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}

/// Without the password that a URL may have.
impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0.settings.server {
            Server::Single(_) => "one server",
            #[cfg(feature = "cluster")]
            Server::Cluster(_) => "a cluster",
            #[cfg(feature = "sentinel")]
            Server::Sentinel { .. } => "what sentinels name",
        };
        f.debug_struct("Redis").field("server", &kind).finish_non_exhaustive()
    }
}
