//! Runs jobs from a queue in Redis, in any number of processes on any number of machines, which share
//! one quota.
//!
//! ```console
//! $ redis-server --port 6379 --appendonly yes &
//! $ cat jobs.jsonl
//! {"kind":"comment","file_id":"…","text":"Ready for review"}
//! {"kind":"upload","folder_id":"…","path":"/mnt/rushes/A001.mov"}
//! $ cargo run --example job_queue -- push < jobs.jsonl
//! $ cargo run --example job_queue -- work     # in each process
//! $ cargo run --example job_queue -- dead     # jobs that were given up, with their errors
//! $ cargo run --example job_queue -- retry    # queues these jobs again
//! ```
//!
//! `FRAMEIO_TOKEN` is the token, `FRAMEIO_ACCOUNT` the id of the account, `REDIS_URL` the URL of Redis
//! and `FRAMEIO_BASE_URL` the URL of another service, such as the simulator. The guide
//! `frameio::guide::job_queue` explains each decision.

use std::env;
use std::error::Error;
use std::future::{Future, ready};
use std::io::BufRead;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use apalis::prelude::{
    AbortError, BoxDynError, Monitor, Task, TaskBuilder, TaskSink, WorkerBuilder, WorkerBuilderExt,
};
use apalis_redis::{Config, ConnectionManager, RedisStorage};
use frameio::comments::{CreateComment, ListComments};
use frameio::layers::metrics::{AttemptMetrics, CallMetrics, Metrics, Outcome};
use frameio::layers::{RateLimitLayer, StandardPolicy};
use frameio::transfer::{self, IfExists, Transfers, UploadTree};
use frameio::{AccountId, Client, ErrorKind, FileId, FolderId};
use frameio_redis::{Redis, RedisQuotas};
use futures_util::{StreamExt, TryStreamExt, stream};
use redis::aio::ConnectionManagerConfig;
use redis::{AsyncTypedCommands, SetExpiry, SetOptions};
use serde::{Deserialize, Serialize};
use tower::Service;
use tracing::{Instrument, error, info, info_span, warn};

const QUEUE: &str = "frameio-jobs";
/// Number of concurrent jobs of a process.
const CONCURRENT_JOBS: usize = 8;
/// Number of runs after which a job is given up.
const MAX_ATTEMPTS: usize = 8;
/// Interval of heartbeats, and of looking for new jobs while none are queued.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Time for which a stopping process waits for its jobs.
const GRACE: Duration = Duration::from_secs(20);
/// Time for which a job is remembered, so that it is neither queued twice nor sent twice.
const REMEMBER: Duration = Duration::from_secs(7 * 24 * 3600);
/// Maximum number of queued jobs that no worker has accepted yet. The backend cannot handle 8,000.
const MAX_BACKLOG: usize = 5_000;
const BATCH: usize = 500;

/// A job as JSON. A worker gives up jobs of an unknown kind, which a newer version has queued.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Job {
    /// Idempotent: skips a complete file, and resumes an incomplete one.
    Upload { folder_id: FolderId, path: PathBuf },
    /// Not idempotent: every request creates a comment.
    Comment { file_id: FileId, text: String },
    #[serde(other)]
    Unknown,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let url = env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".to_owned());
    let settings = ConnectionManagerConfig::new()
        // The default of 500 ms stops a worker whenever Redis or the machine is busy.
        .set_response_timeout(Some(Duration::from_secs(10)))
        .set_connection_timeout(Some(Duration::from_secs(5)));
    let redis = redis::Client::open(url.as_str())?;
    let redis = ConnectionManager::new_with_config(redis, settings).await?;
    match env::args().nth(1).as_deref() {
        Some("push") => push(redis).await,
        Some("work") => work(redis, &url).await,
        Some("dead") => dead(redis, false).await,
        Some("retry") => dead(redis, true).await,
        _ => Err("usage: job_queue push|work|dead|retry".into()),
    }
}

fn storage(redis: ConnectionManager) -> RedisStorage<Job> {
    let seconds = env::var("ORPHANED_AFTER").ok().and_then(|seconds| seconds.parse().ok());
    let config = Config::default()
        .queue(QUEUE)
        // While fetched jobs wait for a free place in the process, the backend sends no heartbeats.
        .batch_size(1)
        .heartbeat_interval(HEARTBEAT)
        // The jobs of a process without heartbeats are queued again: longer than `GRACE`, during
        // which a process sends none.
        .missed_heartbeats(seconds.unwrap_or(30))
        // Without a time, the backend forgets the key at once.
        .idempotency_ttl(Some(REMEMBER));
    RedisStorage::new(redis).with_config(config)
}

/// Queues a job for each line of the standard input. A line that was queued before is skipped.
async fn push(mut redis: ConnectionManager) -> Result<(), Box<dyn Error>> {
    let mut storage = storage(redis.clone());
    let scheduled = storage.get_config().scheduled_jobs_set();
    let mut tasks = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let job: Job = serde_json::from_str(&line)?;
        if matches!(job, Job::Unknown) {
            return Err(format!("unknown kind of job: {line}").into());
        }
        tasks.push(TaskBuilder::new(job).idempotency_key(line).build());
    }
    let count = tasks.len();
    let mut batches = stream::iter(tasks).chunks(BATCH);
    while let Some(batch) = batches.next().await {
        while redis.zcard(&scheduled).await? > MAX_BACKLOG {
            warn!("waiting for a worker: {MAX_BACKLOG} jobs are queued");
            tokio::time::sleep(HEARTBEAT).await;
        }
        storage.push_all(stream::iter(batch)).await?;
    }
    println!("queued jobs: {count}");
    Ok(())
}

async fn work(redis: ConnectionManager, url: &str) -> Result<(), Box<dyn Error>> {
    let account = env::var("FRAMEIO_ACCOUNT").map_err(|_| "FRAMEIO_ACCOUNT is not set")?;
    let token = env::var("FRAMEIO_TOKEN").map_err(|_| "FRAMEIO_TOKEN is not set")?;
    // In production: 32 random bytes, the same in all processes.
    let secret = env::var("QUOTAS_SECRET").unwrap_or_else(|_| "only an example".to_owned());
    let quotas = RedisQuotas::new(&Redis::new(url)?.timeout(Duration::from_secs(5)), secret);
    let counters = Arc::new(Counters::default());
    let mut client = Client::builder()
        .token(token)
        // All processes with this token share the quota.
        .rate_limit(RateLimitLayer::new().credential("jobs").store(quotas.clone()))
        // Never resends a request that may have created something.
        .retry(StandardPolicy::conservative())
        .metrics(Reporter(counters.clone()));
    if let Ok(url) = env::var("FRAMEIO_BASE_URL") {
        client = client.base_url(url);
    }
    let client = client.build()?;
    let jobs = Jobs {
        transfers: Transfers::new(client.clone()),
        client,
        account: account.into(),
        redis: redis.clone(),
        counters: counters.clone(),
    };

    // The name of a worker must be new after each start: its predecessor still owns jobs.
    let process = uuid::Uuid::new_v4();
    let monitor = Monitor::new()
        .register(move |restarts| {
            WorkerBuilder::new(format!("{process}-{restarts}"))
                .backend(storage(redis.clone()))
                .concurrency(CONCURRENT_JOBS)
                .catch_panic()
                .build(jobs.clone())
        })
        // A worker ends when Redis is unavailable. The connection waits before it reconnects.
        .should_restart(|worker, error| {
            warn!(%error, "worker failed");
            worker.restarts() < 100
        })
        .shutdown_timeout(GRACE);
    monitor.run_with_signal(stop_signal()).await?;
    // Returns quota slots that were taken in advance.
    tokio::time::timeout(GRACE, quotas.flush()).await.ok();
    info!(?counters, "stopped");
    Ok(())
}

async fn stop_signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => stopped,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Runs jobs; a tower service around the client.
#[derive(Clone)]
struct Jobs {
    client: Client,
    transfers: Transfers,
    account: AccountId,
    redis: ConnectionManager,
    counters: Arc<Counters>,
}

/// What the queue does with a failed job.
enum Failure {
    /// Queues it again after some seconds, up to `MAX_ATTEMPTS` times.
    Retry(BoxDynError),
    /// Moves it to the dead jobs.
    GiveUp(BoxDynError),
}

impl Service<Task<Job>> for Jobs {
    type Response = ();
    type Error = BoxDynError;
    type Future = Pin<Box<dyn Future<Output = Result<(), BoxDynError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, task: Task<Job>) -> Self::Future {
        let jobs = self.clone();
        let Some(id) = task.task_id().map(ToString::to_string) else {
            return Box::pin(ready(Err(AbortError::new("a job without an id").into())));
        };
        let span = info_span!("job", id);
        let run = async move {
            let attempt = task.ctx().attempt();
            match jobs.run(&id, &task.args).await {
                Ok(()) => {
                    jobs.counters.done.fetch_add(1, Relaxed);
                    Ok(())
                }
                Err(Failure::Retry(failure)) if attempt < MAX_ATTEMPTS => {
                    warn!(failure, attempt, "job failed and is queued again");
                    jobs.counters.retried.fetch_add(1, Relaxed);
                    Err(failure)
                }
                Err(Failure::Retry(failure) | Failure::GiveUp(failure)) => {
                    error!(failure, attempt, "job failed and is given up");
                    jobs.counters.dead.fetch_add(1, Relaxed);
                    Err(AbortError::new(failure).into())
                }
            }
        };
        // The spans of the client's calls are inside the span of the job.
        Box::pin(run.instrument(span))
    }
}

impl Jobs {
    async fn run(&self, id: &str, job: &Job) -> Result<(), Failure> {
        match job {
            Job::Upload { folder_id, path } => self.upload(folder_id, path).await,
            Job::Comment { file_id, text } => self.comment(id, file_id, text).await,
            Job::Unknown => Err(Failure::GiveUp("the kind of the job is unknown".into())),
        }
    }

    async fn upload(&self, folder: &FolderId, path: &PathBuf) -> Result<(), Failure> {
        let tree = UploadTree::paths(&self.account, folder, [path])
            .if_exists(IfExists::Skip)
            .manifests(env::temp_dir().join("frameio-jobs"));
        let summary =
            self.transfers.upload_tree(tree).await.map_err(|error| match error.api() {
                Some(call) => classify(call, error.to_string().into()),
                // The file is missing or unreadable, or the storage failed: a limited number of times.
                None => Failure::Retry(error.into()),
            })?;
        match summary.failed.first().map(|item| &item.outcome) {
            Some(transfer::Outcome::Failed(error)) => Err(Failure::Retry(error.to_string().into())),
            _ => Ok(()),
        }
    }

    async fn comment(&self, id: &str, file: &FileId, text: &str) -> Result<(), Failure> {
        let marker = format!("{QUEUE}:sent:{id}");
        let mut redis = self.redis.clone();
        let once = SetOptions::default()
            .conditional_set(redis::ExistenceCheck::NX)
            .with_expiration(SetExpiry::EX(REMEMBER.as_secs()));
        let first = redis.set_options(&marker, 1, once).await.map_err(unavailable)?.is_some();
        // An earlier run may have created the comment, and was killed before it reported that.
        if !first && self.count(file, text).await? > 0 {
            info!("comment exists: an earlier run created it");
            self.counters.found.fetch_add(1, Relaxed);
            return Ok(());
        }
        let create = CreateComment::new(&self.account, file, text);
        if let Err(failure) = self.client.send(create).await {
            if !failure.may_have_been_sent() {
                redis.del(&marker).await.map_err(unavailable)?;
            }
            return Err(classify(&failure, failure.to_string().into()));
        }
        if !first && self.count(file, text).await? > 1 {
            error!("comment was created twice: another process ran the job at the same time");
            self.counters.duplicates.fetch_add(1, Relaxed);
        }
        Ok(())
    }

    /// Returns the number of comments with this text.
    async fn count(&self, file: &FileId, text: &str) -> Result<usize, Failure> {
        let comments = self.client.items(ListComments::new(&self.account, file));
        let found = comments
            .try_filter(|comment| ready(comment.text == text))
            .try_fold(0, |count, _| async move { Ok(count + 1) });
        found.await.map_err(|error| classify(&error, error.to_string().into()))
    }
}

fn unavailable(error: redis::RedisError) -> Failure {
    Failure::Retry(error.into())
}

/// Decides whether another run of the job can succeed.
fn classify(error: &frameio::Error, message: BoxDynError) -> Failure {
    let refused = match error.kind() {
        // A limit of the request, or a response that this version cannot read.
        ErrorKind::Encode | ErrorKind::Decode => true,
        ErrorKind::Api => !error.is_server_error() && !error.is_timeout(),
        // Quota, token, time limit, connection: may be better later.
        _ => false,
    };
    if refused { Failure::GiveUp(message) } else { Failure::Retry(message) }
}

/// Prints the jobs that were given up, and queues them again if `retry` is set.
async fn dead(mut redis: ConnectionManager, retry: bool) -> Result<(), Box<dyn Error>> {
    let mut storage = storage(redis.clone());
    let config = storage.get_config().clone();
    let dead = config.dead_jobs_set();
    for id in redis.smembers(&dead).await? {
        let Some(data) = redis.hget(config.job_data_hash(), &id).await? else { continue };
        let result = redis.hget(format!("{}:{id}", config.job_meta_hash()), "result").await?;
        println!("{id} {data} {}", result.unwrap_or_default());
        let job: Job = serde_json::from_str(&data)?;
        // Only a newer version knows all fields of an unknown job.
        if retry && !matches!(job, Job::Unknown) {
            // Queued before it is removed: if interrupted in between, the job exists twice.
            storage.push_task(TaskBuilder::new(job).build()).await?;
            redis.srem(&dead, &id).await?;
        }
    }
    Ok(())
}

/// Metrics of a process. The example `prometheus` exports those of the client.
#[derive(Debug, Default)]
struct Counters {
    done: AtomicU64,
    retried: AtomicU64,
    dead: AtomicU64,
    /// Jobs of which an earlier run had created the comment.
    found: AtomicU64,
    duplicates: AtomicU64,
    calls: AtomicU64,
    /// 429 responses.
    refused: AtomicU64,
    quota_wait_ms: AtomicU64,
}

struct Reporter(Arc<Counters>);

impl Metrics for Reporter {
    fn call_finished(&self, call: &CallMetrics) {
        self.0.calls.fetch_add(1, Relaxed);
        let wait = u64::try_from(call.quota_wait.as_millis()).unwrap_or(u64::MAX);
        self.0.quota_wait_ms.fetch_add(wait, Relaxed);
    }

    fn attempt_finished(&self, attempt: &AttemptMetrics) {
        if matches!(attempt.outcome, Outcome::Response(status) if status == 429) {
            self.0.refused.fetch_add(1, Relaxed);
        }
    }
}
