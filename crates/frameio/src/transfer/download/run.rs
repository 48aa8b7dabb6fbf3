//! A download from its first request to the file in its place.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::Body;
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};

use super::super::progress::Tracker;
use super::super::tasks::{blocking, joined, settled};
use super::super::{Inner, Progress, TransferError, TransferErrorKind};
use super::digest::Hasher;
use super::link::Links;
use super::part::Part;
use super::remote::{Failure, Head, Patience, Remote, Seen, changed, wrong};
use super::{Digest, Download, Downloaded, Existing};

/// How much is gathered before it is written; the same may be on its way to the disk meanwhile.
const WRITE: usize = 1 << 20;

/// How much there must be before it is hashed.
const HASH: u64 = 4 << 20;

/// How often a partial file that is in use is tried again: what was dropped just now may still be
/// writing its last bytes.
const TRIES: u32 = 20;

pub(crate) async fn run(
    inner: Arc<Inner>,
    download: Download,
) -> Result<Downloaded, TransferError> {
    let file = download.source.file.clone();
    Box::pin(receive(inner, download)).await.map_err(|error| error.of_file(&file))
}

async fn receive(inner: Arc<Inner>, download: Download) -> Result<Downloaded, TransferError> {
    let there = size_of(&download.path).await?;
    if there.is_some() && download.existing == Existing::Refuse {
        return Err(exists(&download.path));
    }
    let client = inner.client.clone();
    let (links, promised) =
        Links::open(client, download.source.clone(), download.known.clone()).await?;
    if promised.is_some() && there == promised && download.existing == Existing::SkipSame {
        return Ok(skipped(&download, there));
    }
    let part = Arc::new(open(&download.path).await?);
    #[cfg(test)]
    part.full_at.store(super::run_tests::FULL_AT.get(), std::sync::atomic::Ordering::Relaxed);
    let job = Job {
        remote: Arc::new(Remote { inner, links }),
        part,
        tracker: Tracker::new(download.report.clone(), Progress::default()),
        download: Arc::new(download),
    };
    let result = job.clone().begin(there, promised).await;
    if result.is_err() {
        // The error counts, not that of a note that cannot be written on a full disk.
        let _ = job.blocking(|job| job.part.note(&job.download.source)).await;
    }
    result
}

fn exists(path: &Path) -> TransferError {
    let message =
        format!("{} exists: overwrite it, skip it, or name another target", path.display());
    TransferError::new(TransferErrorKind::Invalid, message)
}

fn skipped(download: &Download, size: Option<u64>) -> Downloaded {
    Downloaded {
        path: download.path.clone(),
        size: size.unwrap_or_default(),
        received: 0,
        digest: None,
        skipped: true,
    }
}

async fn size_of(path: &Path) -> Result<Option<u64>, TransferError> {
    let path = path.to_owned();
    let named = path.display().to_string();
    blocking(move || match std::fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    })
    .await
    .map_err(|error| disk(&named, error, 0))
}

async fn open(target: &Path) -> Result<Part, TransferError> {
    for _ in 0..TRIES {
        let path = target.to_owned();
        let opened = blocking(move || Part::open(&path)).await;
        let opened = opened.map_err(|error| disk(&target.display().to_string(), error, 0))?;
        if let Some(part) = opened {
            return Ok(part);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let message = format!("another download is receiving {}", target.display());
    Err(TransferError::new(TransferErrorKind::Manifest, message))
}

/// Why something could not be written, and what is left of it.
fn disk(path: &str, error: io::Error, received: u64) -> TransferError {
    let message = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!(
                "no room for {path}: {error}; {received} bytes of it are kept, so make room and download it again"
            )
        }
        io::ErrorKind::FileTooLarge => {
            format!(
                "{path} gets larger than the file system or the limit of the process allows: {error}"
            )
        }
        io::ErrorKind::AlreadyExists => format!("{path} was created in the meantime"),
        io::ErrorKind::NotFound => format!("the folder of {path} does not exist"),
        _ => format!("{path} cannot be written: {error}"),
    };
    TransferError::new(TransferErrorKind::Disk, message).because(error)
}

/// One thing of a download that is done.
enum Step {
    Received,
    Noted,
    Hashed(Hasher, u64),
}

#[derive(Clone)]
struct Job {
    remote: Arc<Remote>,
    part: Arc<Part>,
    tracker: Tracker,
    download: Arc<Download>,
}

impl Job {
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> Result<T, TransferError> {
        let job = self.clone();
        blocking(move || work(&job)).await.map_err(|error| self.disk(error))
    }

    fn disk(&self, error: io::Error) -> TransferError {
        disk(&self.download.path.display().to_string(), error, self.part.received())
    }

    async fn begin(
        self,
        there: Option<u64>,
        promised: Option<u64>,
    ) -> Result<Downloaded, TransferError> {
        let source = self.download.source.clone();
        let mut resumed = self.blocking(move |job| Ok(job.part.resume(&source))).await?;
        let mut head = self.probe(resumed.as_ref(), promised).await?;
        if let Some(seen) = &resumed
            && (head.range.is_none() || head.seen != *seen)
        {
            // It is another content, or may be.
            resumed = None;
            head = self.probe(None, promised).await?;
        }
        let size = head.seen.size;
        if let (Some(promised), Some(size)) = (promised, size)
            && promised != size
        {
            let message = format!(
                "the service says that the file has {promised} bytes, but the storage has {size}"
            );
            return Err(TransferError::new(TransferErrorKind::Mismatch, message));
        }
        if size.is_some() && there == size && self.download.existing == Existing::SkipSame {
            self.blocking(|job| job.part.discard()).await?;
            return Ok(skipped(&self.download, size));
        }
        if resumed.is_none() {
            let seen = Seen { size: size.or(promised), ..head.seen.clone() };
            self.blocking(move |job| job.part.begin(seen)).await?;
        }
        let before = self.part.received();
        self.tracker.update(true, |progress| {
            progress.bytes = before;
            progress.total = size.or(promised);
        });
        let (size, digest) = match (size, head.range.is_some()) {
            (Some(size), true) => self.parallel(head, size).await?,
            _ => self.sequential(head, promised).await?,
        };
        let replace = self.download.existing != Existing::Refuse;
        self.blocking(move |job| job.part.finish(&job.download.path, replace)).await?;
        self.tracker.finish();
        Ok(Downloaded {
            path: self.download.path.clone(),
            size,
            received: size.saturating_sub(before),
            digest,
            skipped: false,
        })
    }

    /// Asks for the first part that is missing, which tells the rest.
    async fn probe(
        &self,
        resumed: Option<&Seen>,
        promised: Option<u64>,
    ) -> Result<Head, TransferError> {
        let missing = match resumed {
            Some(Seen { size: Some(size), .. }) => self.part.missing(*size).into_iter().next(),
            _ => None,
        };
        let part_size = self.download.part_size;
        let range = match (missing, resumed) {
            (Some(missing), _) => missing.start..missing.end.min(missing.start + part_size),
            // All is there; is it still the same?
            (None, Some(_)) => 0..1,
            (None, None) => 0..part_size.min(promised.unwrap_or(part_size)),
        };
        let range = (!range.is_empty()).then_some(range);
        self.remote.probe(range, resumed).await
    }

    /// Receives what is missing in parts, some at a time.
    async fn parallel(
        &self,
        head: Head,
        size: u64,
    ) -> Result<(u64, Option<Digest>), TransferError> {
        let part_size = self.download.part_size;
        let mut gaps = self.part.missing(size).into_iter();
        let mut gap = gaps.next().unwrap_or(size..size);
        let total = self
            .part
            .missing(size)
            .iter()
            .map(|gap| (gap.end - gap.start).div_ceil(part_size))
            .sum();
        self.tracker.update(true, |progress| progress.total_parts = total);
        let seen = Arc::new(head.seen);
        // The answer to a probe of what is there already is of no use.
        let mut first = (!gap.is_empty()).then_some(head.body);
        let mut hasher = self.download.checksum.map(Hasher::new);
        let hashes = hasher.is_some();
        let (mut hashed, mut under_way, mut noting) = (0, 0, false);
        let mut steps = JoinSet::new();
        loop {
            while under_way < self.download.parts_in_flight {
                if gap.is_empty() {
                    match gaps.next() {
                        Some(next) => gap = next,
                        None => break,
                    }
                }
                let range = gap.start..gap.end.min(gap.start.saturating_add(part_size));
                gap.start = range.end;
                steps.spawn(self.clone().part(range, seen.clone(), first.take()));
                under_way += 1;
            }
            let frontier = self.part.frontier();
            let is_due = hashed < frontier && (frontier - hashed >= HASH || frontier == size);
            if let Some(mut taken) = hasher.take_if(|_| is_due) {
                let job = self.clone();
                steps.spawn_blocking(move || {
                    let to = job.part.hash(&mut taken, hashed, frontier);
                    to.map(|to| Step::Hashed(taken, to)).map_err(|error| job.disk(error))
                });
            }
            let Some(step) = steps.join_next().await else { break };
            let step =
                settled(step).unwrap_or_else(|error| Err(self.disk(io::Error::other(error))));
            match step {
                Ok(Step::Received) => {
                    under_way -= 1;
                    self.tracker.update(true, |progress| progress.parts += 1);
                }
                Ok(Step::Noted) => noting = false,
                Ok(Step::Hashed(back, to)) => {
                    hasher = Some(back);
                    hashed = to;
                }
                Err(error) => {
                    // What is being written comes to its end, and into the note.
                    steps.shutdown().await;
                    return Err(error);
                }
            }
            // The last note would be removed at once.
            if !noting && !self.part.is_noted() && (under_way > 0 || !gap.is_empty()) {
                noting = true;
                let job = self.clone();
                steps.spawn_blocking(move || {
                    let noted = job.part.note(&job.download.source);
                    noted.map(|()| Step::Noted).map_err(|error| job.disk(error))
                });
            }
        }
        debug_assert!(!hashes || hashed == size);
        Ok((size, hasher.map(Hasher::finish)))
    }

    /// Receives one part; an attempt goes on where the last one ended.
    async fn part(
        self,
        range: Range<u64>,
        seen: Arc<Seen>,
        mut first: Option<Body>,
    ) -> Result<Step, TransferError> {
        let number = range.start / self.download.part_size + 1;
        let offset = range.start;
        let mut patience = Patience::new(&self.remote);
        let mut at = range.start;
        while at < range.end {
            let before = at;
            let link = self.remote.links.current().await;
            let permit = self.remote.inner.parts.acquire().await;
            let attempt = async {
                let mut body = match first.take() {
                    Some(body) => body,
                    None => {
                        let asked = at..range.end;
                        let head = self.remote.get(&link, Some(&asked), Some(&seen)).await?;
                        if head.range.is_none() || head.seen != *seen {
                            return Err(Failure::Final(changed()));
                        }
                        head.body
                    }
                };
                self.write(&mut body, &mut at, Some(range.end)).await?;
                if at < range.end {
                    let missing = range.end - at;
                    return Err(wrong(format!("the answer ended {missing} bytes early")));
                }
                Ok(())
            };
            let result = attempt.await;
            drop(permit);
            if at > before {
                patience.progressed();
            }
            if let Err(failure) = result {
                let failed = patience.failed(failure, &link).await;
                failed.map_err(|error| error.at_part(number, offset))?;
            }
        }
        Ok(Step::Received)
    }

    /// Receives all at once from a storage that knows no ranges, from the start on each attempt.
    async fn sequential(
        &self,
        head: Head,
        promised: Option<u64>,
    ) -> Result<(u64, Option<Digest>), TransferError> {
        self.tracker.update(true, |progress| progress.total_parts = 1);
        let mut patience = Patience::new(&self.remote);
        let mut head = Some(head).filter(|head| head.range.is_none());
        let size = loop {
            let link = self.remote.links.current().await;
            let permit = self.remote.inner.parts.acquire().await;
            let mut at = 0;
            let attempt = async {
                let mut head = match head.take() {
                    Some(head) => head,
                    None => self.remote.get(&link, None, None).await?,
                };
                let size = head.seen.size.or(promised);
                self.write(&mut head.body, &mut at, size).await?;
                match size {
                    Some(size) if at < size => {
                        Err(wrong(format!("the answer ended {} bytes early", size - at)))
                    }
                    _ => Ok(()),
                }
            };
            let result = attempt.await;
            drop(permit);
            match result {
                Ok(()) => break at,
                Err(failure) => {
                    self.tracker.update(false, |progress| progress.bytes = 0);
                    patience.failed(failure, &link).await?;
                    let seen = Seen { size: promised, ..Seen::default() };
                    self.blocking(move |job| job.part.begin(seen)).await?;
                }
            }
        };
        self.tracker.update(true, |progress| progress.parts = 1);
        let Some(checksum) = self.download.checksum else { return Ok((size, None)) };
        let mut hasher = Hasher::new(checksum);
        let mut at = 0;
        while at < size {
            let job = self.clone();
            let hashed = blocking(move || {
                let to = job.part.hash(&mut hasher, at, size)?;
                Ok((hasher, to))
            });
            (hasher, at) = hashed.await.map_err(|error| self.disk(error))?;
        }
        Ok((size, Some(hasher.finish())))
    }

    /// Writes a body to where it belongs, up to `end`, which it must not go beyond.
    async fn write(&self, body: &mut Body, at: &mut u64, end: Option<u64>) -> Result<(), Failure> {
        let mut writer = Writer { job: self, at, gathered: Vec::new(), length: 0, pending: None };
        let received = loop {
            match self.remote.chunk(body).await {
                Ok(Some(chunk)) => {
                    if end.is_some_and(|end| writer.end() + chunk.len() as u64 > end) {
                        break Err(wrong("the storage sends more than was asked for"));
                    }
                    writer.push(chunk).await?;
                }
                Ok(None) => break Ok(()),
                Err(failure) => break Err(failure),
            }
        };
        writer.finish().await?;
        received
    }
}

/// Writes off the runtime while the next bytes come.
struct Writer<'a> {
    job: &'a Job,
    /// Up to where all is written.
    at: &'a mut u64,
    gathered: Vec<Bytes>,
    length: usize,
    pending: Option<(JoinHandle<io::Result<()>>, usize)>,
}

impl Writer<'_> {
    /// Where the next bytes belong.
    fn end(&self) -> u64 {
        let pending = self.pending.as_ref().map_or(0, |(_, length)| *length);
        *self.at + (pending + self.length) as u64
    }

    async fn push(&mut self, chunk: Bytes) -> Result<(), Failure> {
        self.length += chunk.len();
        self.gathered.push(chunk);
        if self.length >= WRITE { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), Failure> {
        self.settle().await?;
        let (job, at) = (self.job.clone(), *self.at);
        let gathered = std::mem::take(&mut self.gathered);
        let length = std::mem::take(&mut self.length);
        let writing = spawn_blocking(move || job.part.write(at, &gathered));
        self.pending = Some((writing, length));
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Failure> {
        if let Some((writing, length)) = self.pending.take() {
            let written = joined(writing.await);
            written.map_err(|error| Failure::Final(self.job.disk(error)))?;
            *self.at += length as u64;
            self.job.tracker.update(false, |progress| progress.bytes += length as u64);
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<(), Failure> {
        if self.length > 0 {
            self.flush().await?;
        }
        self.settle().await
    }
}
