//! The checksum of an upload, computed from the bytes that are read to send them.
//!
//! Parts are read concurrently, but a checksum needs the bytes in order. Chunks that are read in order are
//! hashed at once; the others are read back as soon as all parts before them are sent, usually from the
//! disk cache. So that the checksum belongs to the bytes that were sent, the chunks of each part are also
//! hashed in the attempt that sent them, and both hashes of a part are compared. The hashes of parts that an
//! earlier run has sent are in its manifest.

use std::hash::Hasher as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use twox_hash::XxHash3_64;

use super::buffers::{Buffers, CHUNK};
use super::manifest::PartHash;
use super::parts::Parts;
use super::source::{PartSource, SourceError};
use crate::digest::Hasher;
use crate::{Checksum, Digest};

/// Minimum number of bytes to read back at a time, except at the end.
const READ_BACK: u64 = 4 << 20;

/// Checksum of the bytes of an upload.
pub(crate) struct SentDigest {
    parts: Arc<Parts>,
    state: Mutex<State>,
}

struct State {
    /// `None` after the end.
    hasher: Option<Hasher>,
    /// End of the hashed bytes.
    at: u64,
    /// Part that contains `at`, and the hash of its bytes so far.
    part: usize,
    part_hash: XxHash3_64,
    parts: Vec<PartHashes>,
    /// Number of parts at the beginning that are sent.
    sent: usize,
    /// End of the last part that an earlier run has sent.
    earlier_end: u64,
    is_consistent: bool,
}

/// Hashes of the bytes of a part.
#[derive(Clone, Copy, Default)]
struct PartHashes {
    /// Whether the part was sent, by this run or an earlier one.
    is_sent: bool,
    /// In the attempt that sent it.
    sent: Option<u64>,
    /// In the order of the file.
    ordered: Option<u64>,
}

impl PartHashes {
    fn differ(self) -> bool {
        self.sent.zip(self.ordered).is_some_and(|(sent, ordered)| sent != ordered)
    }
}

/// Hashes the bytes of a part when they are read, and passes them to the checksum.
#[derive(Clone)]
pub(crate) struct Tap {
    /// Checksum of the file, if any.
    digest: Option<Arc<SentDigest>>,
    /// Offset of the part in the file.
    offset: u64,
    /// Hash of the bytes that an attempt reads, in order.
    attempt: Option<Arc<Mutex<XxHash3_64>>>,
}

impl Tap {
    pub(crate) const fn new(digest: Option<Arc<SentDigest>>, offset: u64) -> Self {
        Self { digest, offset, attempt: None }
    }

    /// Returns a tap for an attempt to send the part.
    pub(crate) fn attempt(&self) -> Self {
        Self { attempt: Some(Arc::default()), ..self.clone() }
    }

    /// Takes bytes at an offset of the part. Each attempt reads them in order.
    pub(crate) fn read(&self, offset: u64, bytes: &[u8]) {
        if let Some(attempt) = &self.attempt {
            attempt.lock().unwrap_or_else(PoisonError::into_inner).write(bytes);
        }
        if let Some(digest) = &self.digest {
            digest.offer(self.offset.saturating_add(offset), bytes);
        }
    }

    /// Records that the attempt has sent its part. Returns the hash of the part.
    pub(crate) fn sent(&self, part: usize) -> Option<PartHash> {
        let hash = self
            .attempt
            .as_ref()
            .map(|attempt| attempt.lock().unwrap_or_else(PoisonError::into_inner).finish());
        if let Some(digest) = &self.digest {
            digest.sent(part, hash);
        }
        hash.map(PartHash)
    }
}

impl SentDigest {
    /// Starts a checksum. `done` are the parts that an earlier run has sent.
    pub(crate) fn new(
        checksum: Checksum,
        parts: Arc<Parts>,
        done: &[Option<PartHash>],
    ) -> Arc<Self> {
        let mut hashes = vec![PartHashes::default(); parts.len()];
        for (part, done) in hashes.iter_mut().zip(done) {
            part.is_sent = done.is_some();
            part.sent = done.map(|hash| hash.0);
        }
        let last = hashes.iter().rposition(|part| part.is_sent);
        let earlier_end = last.map_or(0, |last| parts.end_of(last));
        let mut state = State {
            hasher: Some(Hasher::new(checksum)),
            at: 0,
            part: 0,
            part_hash: XxHash3_64::default(),
            parts: hashes,
            sent: 0,
            earlier_end,
            is_consistent: true,
        };
        state.advance();
        Arc::new(Self { parts, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hashes bytes of a single part, if they follow the hashed ones.
    fn offer(&self, offset: u64, bytes: &[u8]) {
        let state = &mut *self.state();
        let State { hasher: Some(hasher), at, part, part_hash, parts, .. } = state else { return };
        if *at != offset || bytes.is_empty() {
            return;
        }
        hasher.update(bytes);
        part_hash.write(bytes);
        *at += bytes.len() as u64;
        if *at >= self.parts.end_of(*part) {
            let ordered = std::mem::take(part_hash).finish();
            if let Some(hashes) = parts.get_mut(*part) {
                hashes.ordered = Some(ordered);
                state.is_consistent &= !hashes.differ();
            }
            *part += 1;
        }
    }

    fn sent(&self, part: usize, hash: Option<u64>) {
        let state = &mut *self.state();
        if let Some(hashes) = state.parts.get_mut(part) {
            (hashes.is_sent, hashes.sent) = (true, hash);
            state.is_consistent &= !hashes.differ();
        }
        state.advance();
    }

    /// Returns the range to read back now: bytes of parts that are sent, after the hashed ones.
    pub(crate) fn to_read_back(&self) -> Option<std::ops::Range<u64>> {
        let state = self.state();
        let end = state.sent.checked_sub(1).map_or(0, |last| self.parts.end_of(last));
        let range = state.at..end;
        let is_due = end == self.parts.size() || end.saturating_sub(state.at) >= READ_BACK;
        (is_due && !range.is_empty()).then_some(range)
    }

    /// Reads bytes up to `end` and hashes them. `source` has the byte at `start` of the file first.
    pub(crate) async fn read_back(
        self: &Arc<Self>,
        source: &PartSource,
        start: u64,
        end: u64,
        buffers: &Buffers,
    ) -> Result<(), SourceError> {
        let source = source.tapped(Tap::new(Some(self.clone()), start));
        loop {
            let (at, part_end) = {
                let state = self.state();
                (state.at, self.parts.end_of(state.part).min(end))
            };
            if at >= part_end || at < start {
                return Ok(());
            }
            let length = usize::try_from(part_end - at).unwrap_or(CHUNK).min(CHUNK);
            source.read(at - start, length, buffers).await?;
            if !self.state().is_consistent {
                return Err(changed());
            }
        }
    }

    /// Verifies the parts that an earlier run has sent. Called before the last part is sent, because the
    /// file is complete then. Reads parts in flight too, if they are between the others.
    ///
    /// # Errors
    ///
    /// Fails if the source no longer has the bytes that were sent.
    pub(crate) async fn verify_earlier(
        self: &Arc<Self>,
        source: &PartSource,
        buffers: &Buffers,
    ) -> Result<(), SourceError> {
        let end = self.state().earlier_end;
        self.read_back(source, 0, end, buffers).await
    }

    /// Returns the checksum after all bytes were hashed.
    ///
    /// # Errors
    ///
    /// Fails if the hashed bytes are not the ones that were sent.
    pub(crate) fn finish(&self) -> Result<Digest, SourceError> {
        let state = &mut *self.state();
        match state.hasher.take() {
            Some(hasher) if state.at == self.parts.size() && state.is_consistent => {
                Ok(hasher.finish())
            }
            _ => Err(changed()),
        }
    }
}

/// Creates the error of a source whose bytes are not the ones that were sent.
const fn changed() -> SourceError {
    SourceError::Changed("the source no longer has the bytes that were sent")
}

impl State {
    /// Counts the parts at the beginning that are sent.
    fn advance(&mut self) {
        while self.parts.get(self.sent).is_some_and(|part| part.is_sent) {
            self.sent += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(sizes: &[u64], done: &[Option<PartHash>]) -> Arc<SentDigest> {
        let mut parts = Parts::default();
        sizes.iter().for_each(|size| parts.push(*size, "u").unwrap());
        SentDigest::new(Checksum::Xxh64, Arc::new(parts), done)
    }

    fn send(digest: &Arc<SentDigest>, part: usize, offset: u64, bytes: &[u8]) {
        let tap = Tap::new(Some(digest.clone()), offset).attempt();
        tap.read(0, bytes);
        assert_eq!(tap.sent(part), Some(hash(bytes)));
    }

    fn hash(bytes: &[u8]) -> PartHash {
        PartHash(XxHash3_64::oneshot(bytes))
    }

    #[test]
    fn hashes_parts_in_the_order_of_the_file() {
        let digest = digest(&[3, 2], &[]);
        send(&digest, 1, 3, b"de");
        assert_eq!(digest.to_read_back(), None);
        send(&digest, 0, 0, b"abc");
        assert_eq!(digest.to_read_back(), Some(3..5), "the second part came too early");
        digest.offer(3, b"de");
        assert_eq!(digest.finish().unwrap(), Digest::of(Checksum::Xxh64, b"abcde"));
    }

    #[test]
    fn reads_parts_of_an_earlier_run() {
        for bytes in [b"abc", b"abX"] {
            let digest = digest(&[3, 2], &[Some(hash(bytes))]);
            send(&digest, 1, 3, b"de");
            assert_eq!(digest.to_read_back(), Some(0..5));
            digest.offer(0, b"abc");
            digest.offer(3, b"de");
            let expected = Digest::of(Checksum::Xxh64, b"abcde");
            assert_eq!(digest.finish().ok(), (bytes == b"abc").then_some(expected));
        }
    }

    #[test]
    fn fails_if_other_bytes_were_sent_than_hashed() {
        // The second attempt reads other bytes than the first one.
        let retried = digest(&[3], &[]);
        Tap::new(Some(retried.clone()), 0).attempt().read(0, b"abc");
        send(&retried, 0, 0, b"abd");
        assert!(retried.finish().is_err());
        // The bytes differ when they are read back.
        let read_back = digest(&[3, 2], &[]);
        send(&read_back, 1, 3, b"de");
        send(&read_back, 0, 0, b"abc");
        read_back.offer(3, b"dx");
        assert!(read_back.finish().is_err());
        // A failed attempt does not count.
        let twice = digest(&[3], &[]);
        Tap::new(Some(twice.clone()), 0).attempt().read(0, b"ab");
        send(&twice, 0, 0, b"abc");
        assert_eq!(twice.to_read_back(), Some(2..3));
        twice.offer(2, b"c");
        assert_eq!(twice.finish().unwrap(), Digest::of(Checksum::Xxh64, b"abc"));
        let incomplete = digest(&[3], &[]);
        assert!(incomplete.finish().is_err());
    }
}
