//! Buffers that are used again.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// How much is read at a time.
pub(crate) const CHUNK: usize = 512 << 10;

/// How much is handed to the connection at a time. It is the least by which an attempt has to move
/// within the stall timeout, so that it must not be much for a slow line that many parts share.
pub(crate) const FRAME: usize = 32 << 10;

/// How many buffers are kept for later; more may be in use.
const KEPT: usize = 16;

/// Buffers of [`CHUNK`] bytes: taking one from here spares making and clearing it.
#[derive(Clone, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    pub(crate) fn take(&self) -> Buffer {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let bytes = bytes.unwrap_or_else(|| vec![0; CHUNK]);
        Buffer { bytes, length: 0, home: self.clone() }
    }
}

/// A buffer that goes back to where it came from.
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    length: usize,
    home: Buffers,
}

impl Buffer {
    /// Room for the next bytes, at most [`CHUNK`].
    pub(crate) fn room(&mut self, length: usize) -> &mut [u8] {
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
        let kept = &mut *self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(std::mem::take(&mut self.bytes));
        }
    }
}
