//! Pool of reusable buffers.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// Number of bytes read at a time.
pub(crate) const CHUNK: usize = 512 << 10;

/// Number of bytes passed to the connection at a time. An attempt must transfer this much within the
/// stall timeout, so it has to be small enough for a slow line shared by many parts.
pub(crate) const FRAME: usize = 32 << 10;

/// Maximum number of idle buffers in the pool.
const KEPT: usize = 16;

/// Pool of buffers of [`CHUNK`] bytes, which saves allocating and zeroing them.
#[derive(Clone, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    pub(crate) fn take(&self) -> Buffer {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let bytes = bytes.unwrap_or_else(|| vec![0; CHUNK]);
        Buffer { bytes, length: 0, pool: self.clone() }
    }
}

/// A buffer that returns to its pool on drop.
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    length: usize,
    pool: Buffers,
}

impl Buffer {
    /// Returns space for the next bytes, at most [`CHUNK`].
    pub(crate) fn space(&mut self, length: usize) -> &mut [u8] {
        self.length = length.min(CHUNK);
        self.bytes.get_mut(..self.length).unwrap_or_default()
    }

    pub(crate) fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let kept = &mut *self.pool.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(std::mem::take(&mut self.bytes));
        }
    }
}
