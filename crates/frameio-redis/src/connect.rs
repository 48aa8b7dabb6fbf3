//! Connection to Redis, established on first use and restored after each loss.

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

/// Waits before the first attempt to reconnect, and maximum wait before later ones.
const RECONNECT_WAIT: (Duration, Duration) = (Duration::from_millis(100), MAX_RECONNECT_WAIT);
pub(crate) const MAX_RECONNECT_WAIT: Duration = Duration::from_millis(500);

/// Connection to Redis: one server, a cluster, or the master known to sentinels.
///
/// | setting | default |
/// |---|---|
/// | timeout for connecting, including TLS | 2 s |
/// | timeout for a command | 500 ms |
///
/// The connection is established on first use. Clones share it, and it carries any number of concurrent
/// commands. A lost connection is restored in the background, with attempts after 100 ms, 200 ms, 400 ms
/// and then every 500 ms. In the meantime, everything that needs Redis fails immediately.
///
/// Requires Redis 5 or later, or Valkey.
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
    /// Addresses for errors.
    address: Arc<str>,
    link: Mutex<Link>,
    /// Held during the first connect, for which other callers wait.
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

impl Server {
    /// Returns the addresses, without user and password.
    fn address(&self) -> String {
        match self {
            Self::Single(server) => server.addr().to_string(),
            #[cfg(feature = "cluster")]
            Self::Cluster(nodes) => addresses(nodes),
            #[cfg(feature = "sentinel")]
            Self::Sentinel { sentinels, .. } => addresses(sentinels),
        }
    }
}

#[cfg(any(feature = "cluster", feature = "sentinel"))]
fn addresses(servers: &[redis::ConnectionInfo]) -> String {
    servers.iter().map(|server| server.addr().to_string()).collect::<Vec<_>>().join(", ")
}

enum Link {
    Idle,
    Up(Connection, u64),
    Down(Arc<RedisError>),
}

/// Connection that clones share.
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
    /// Uses the server of a URL: `redis://`, `redis+unix://`, or `rediss://` with the feature `tls`.
    ///
    /// # Errors
    /// Fails for any other URL.
    pub fn new(url: &str) -> Result<Self, RedisUrlError> {
        Ok(Self::with(Server::Single(url.into_connection_info().map_err(|_| RedisUrlError)?)))
    }

    /// Uses the cluster of the nodes with these URLs, one of which has to be reachable.
    ///
    /// # Errors
    /// Fails without a URL, or for an invalid one.
    #[cfg(feature = "cluster")]
    pub fn cluster<'a>(urls: impl IntoIterator<Item = &'a str>) -> Result<Self, RedisUrlError> {
        Ok(Self::with(Server::Cluster(infos(urls)?)))
    }

    /// Uses the master that sentinels know as `service`.
    ///
    /// User, password, database and TLS of the first URL apply to the master and the sentinels.
    ///
    /// # Errors
    /// Fails without a URL, or for an invalid one.
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
        let address = settings.server.address().into();
        Self(Arc::new(Inner { settings, address, link, first }))
    }

    fn change(self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.0.settings.clone();
        change(&mut settings);
        Self::set(settings)
    }

    /// Sets the timeout for connecting. Default: 2 s.
    ///
    /// The returned value has a separate connection.
    pub fn connect_timeout(self, limit: Duration) -> Self {
        self.change(|settings| settings.connect_timeout = limit)
    }

    /// Sets the timeout for a command, which is the maximum delay of a call when Redis does not respond.
    /// Default: 500 ms.
    ///
    /// The returned value has a separate connection.
    pub fn timeout(self, limit: Duration) -> Self {
        self.change(|settings| settings.timeout = limit)
    }

    /// Trusts only the authorities of these certificates (PEM) for `rediss://`. Default: the authorities
    /// that the platform trusts.
    ///
    /// # Errors
    /// Fails without a certificate, or for an invalid one.
    #[cfg(feature = "tls")]
    pub fn root_certificates(
        self,
        pem: impl Into<Vec<u8>>,
    ) -> Result<Self, crate::tls::RedisTlsError> {
        let mut settings = self.0.settings.clone();
        settings.certificates.set_roots(pem.into())?;
        Ok(Self::set(settings))
    }

    /// Presents a client certificate to the server: its chain and its key (both PEM). Default: none.
    ///
    /// # Errors
    /// Fails without a certificate or key, or for an invalid one.
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

    /// Returns the connection; connects on first use.
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

    /// Connects unless the connection is up, and waits for a response of the server.
    ///
    /// # Errors
    /// Fails if the server is unreachable, refuses the user or the password, or does not respond.
    pub async fn check(&self) -> Result<(), RedisUnavailable> {
        let (connection, number) = self.connection().await?;
        match timeout(self.0.settings.timeout, connection.ping()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.0.lost(error, number)),
            Err(_) => Err(self.0.lost(timed_out(), number)),
        }
    }

    /// Returns the reason if the connection is lost or could not be established.
    pub(crate) fn unavailable(&self) -> Option<RedisUnavailable> {
        self.0.known()?.err()
    }

    /// Invokes a script with one key.
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
        RedisUnavailable::new(&self.0.address, Arc::new(error))
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
            Link::Down(error) => Some(Err(RedisUnavailable::new(&self.address, error.clone()))),
        }
    }

    /// Starts a task that replaces the connection with this number.
    ///
    /// Called for error responses too: from a former master, a cluster without a node, or a server that
    /// is still loading. The same server would fail again.
    fn lost(self: &Arc<Self>, error: RedisError, number: u64) -> RedisUnavailable {
        let error = Arc::new(error);
        let mut link = self.lock();
        match &*link {
            Link::Down(known) => return RedisUnavailable::new(&self.address, known.clone()),
            Link::Up(_, current) if *current != number => {
                return RedisUnavailable::new(&self.address, error);
            }
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
                // All clones have been dropped.
                let Some(inner) = inner.upgrade() else { return };
                if let Ok(connection) = inner.connect().await {
                    *inner.lock() = Link::Up(connection, number + 1);
                    event::reconnected();
                    return;
                }
            }
        });
        RedisUnavailable::new(&self.address, error)
    }

    async fn connect(&self) -> Result<Connection, RedisError> {
        let Settings { connect_timeout, timeout: limit, .. } = self.settings;
        let connection = timeout(connect_timeout, self.settings.open());
        let connection = connection.await.unwrap_or_else(|_| Err(timed_out()))?;
        // A server that is still loading its data accepts connections, but no commands.
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

/// Omits the URLs, which can contain passwords.
impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0.settings.server {
            Server::Single(_) => "one server",
            #[cfg(feature = "cluster")]
            Server::Cluster(_) => "a cluster",
            #[cfg(feature = "sentinel")]
            Server::Sentinel { .. } => "the master of sentinels",
        };
        f.debug_struct("Redis").field("server", &kind).finish_non_exhaustive()
    }
}
