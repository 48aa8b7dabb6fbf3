//! Storage of uploaded bytes, and its signed URLs.

pub(crate) mod rendition;
mod signing;
mod uploaded_object;

use std::collections::VecDeque;
use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

pub(crate) use self::signing::{DOWNLOADS, Refused, Signer, UPLOADS};
pub(crate) use self::uploaded_object::{Layout, SavedObject, UploadedObject};

/// Storage in which a [`Sim`](crate::Sim) keeps uploaded bytes.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Storage {
    /// In memory, discarded with the simulator.
    #[default]
    Memory,
    /// In a directory, with a file for each upload that is named by the id of the file or attachment.
    ///
    /// The directory is created when the first part arrives. On Unix only the owner can read the files
    /// and a directory created here. A file is removed when no copy of its upload can be restored any
    /// more, and kept when the simulator ends. A part that is sent again before the upload is complete
    /// is appended, so a file contains the parts in order only if each was sent once.
    Directory(PathBuf),
    /// Counted and discarded, for uploads of any size.
    ///
    /// A download has the right length and a pattern as its content: the byte at offset `n` is
    /// `n % 251`.
    Count,
}

impl Storage {
    /// Returns the path of an upload's file, if the storage is a directory.
    pub(crate) fn path(&self, id: &str) -> Option<PathBuf> {
        match self {
            Self::Directory(directory) => Some(directory.join(id)),
            Self::Memory | Self::Count => None,
        }
    }
}

/// Stored bytes of a part or of a whole upload.
#[derive(Debug)]
pub(crate) enum Kept {
    Blocks(Vec<Bytes>),
    /// At this offset of the upload's file.
    At(u64),
    Counted,
    /// Bytes in memory that were too large to be saved with the state.
    Lost,
}

/// Maximum size of a block in memory and of a read, in bytes.
const BLOCK: usize = 1024 * 1024;

/// Writer of the bytes of a part.
#[derive(Debug)]
pub(crate) enum Writer {
    Memory { blocks: Vec<Bytes>, tail: BytesMut, room: usize, left: u64 },
    File { file: File, at: u64 },
    Count,
}

impl Writer {
    /// Opens a writer at offset `at` of the upload's file for at most `size` bytes.
    pub(crate) async fn open(storage: &Storage, id: &str, at: u64, size: u64) -> io::Result<Self> {
        Ok(match storage {
            Storage::Memory => {
                Self::Memory { blocks: Vec::new(), tail: BytesMut::new(), room: 0, left: size }
            }
            Storage::Directory(directory) => {
                let mut file = create(directory, id).await?;
                file.seek(SeekFrom::Start(at)).await?;
                Self::File { file, at }
            }
            Storage::Count => Self::Count,
        })
    }

    pub(crate) async fn write(&mut self, mut data: Bytes) -> io::Result<()> {
        match self {
            // Copied, because a slice would keep the connection's whole read buffer alive.
            Self::Memory { blocks, tail, room, left } => {
                while !data.is_empty() {
                    if *room == 0 {
                        if !tail.is_empty() {
                            blocks.push(tail.split().freeze());
                        }
                        *room = usize::try_from(*left).unwrap_or(BLOCK).clamp(1, BLOCK);
                        *tail = BytesMut::with_capacity(*room);
                    }
                    let now = data.split_to(data.len().min(*room));
                    tail.extend_from_slice(&now);
                    *room -= now.len();
                    *left = left.saturating_sub(now.len() as u64);
                }
                Ok(())
            }
            // `write_all` returns before the data is written. Without the flush, the data of an
            // incomplete part could overwrite the next part at the same offset.
            Self::File { file, .. } => {
                file.write_all(&data).await?;
                file.flush().await
            }
            Self::Count => Ok(()),
        }
    }

    pub(crate) async fn finish(self) -> io::Result<Kept> {
        Ok(match self {
            Self::Memory { mut blocks, tail, .. } => {
                blocks.push(tail.freeze());
                Kept::Blocks(blocks)
            }
            Self::File { mut file, at } => {
                file.flush().await?;
                Kept::At(at)
            }
            Self::Count => Kept::Counted,
        })
    }
}

async fn create(directory: &Path, id: &str) -> io::Result<File> {
    let path = directory.join(id);
    let mut options = OpenOptions::from(frameio_private_file::options());
    options.write(true).create(true).truncate(false);
    match options.open(&path).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let directory = directory.to_owned();
            let create = move || frameio_private_file::create_dir_all(&directory);
            tokio::task::spawn_blocking(create).await??;
            options.open(&path).await
        }
        opened => opened,
    }
}

/// Piece of a read.
#[derive(Debug)]
pub(crate) enum Segment {
    Bytes(Bytes),
    /// Range of the upload's file.
    File {
        at: u64,
        length: u64,
    },
    /// Range of the pattern.
    Pattern {
        at: u64,
        length: u64,
    },
}

/// Streams `segments` in order, those of the file from `path`.
pub(crate) async fn read(
    segments: VecDeque<Segment>,
    path: Option<PathBuf>,
) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static> {
    let file = match path {
        Some(path) if !segments.is_empty() => Some(File::open(path).await?),
        _ => None,
    };
    let reading = Reading { segments, file, position: 0 };
    Ok(stream::try_unfold(reading, |mut reading| async move {
        let chunk = reading.next().await?;
        Ok(chunk.map(|chunk| (chunk, reading)))
    }))
}

#[derive(Debug)]
struct Reading {
    segments: VecDeque<Segment>,
    file: Option<File>,
    position: u64,
}

impl Reading {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let Some(segment) = self.segments.pop_front() else { return Ok(None) };
        let (chunk, rest) = match segment {
            Segment::Bytes(bytes) => (bytes, None),
            Segment::Pattern { at, length } => {
                let chunk = pattern(at, length);
                let read = chunk.len() as u64;
                (chunk, Some(Segment::Pattern { at: at + read, length: length - read }))
            }
            Segment::File { at, length } => {
                let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
                if self.position != at {
                    file.seek(SeekFrom::Start(at)).await?;
                }
                let size = usize::try_from(length).unwrap_or(BLOCK).min(BLOCK);
                let mut chunk = vec![0; size];
                file.read_exact(&mut chunk).await?;
                let read = chunk.len() as u64;
                self.position = at + read;
                (chunk.into(), Some(Segment::File { at: at + read, length: length - read }))
            }
        };
        match rest {
            Some(Segment::File { length: 0, .. } | Segment::Pattern { length: 0, .. }) | None => {}
            Some(rest) => self.segments.push_front(rest),
        }
        Ok(Some(chunk))
    }
}

/// Length of the pattern: a prime, so that misplaced bytes differ.
const PERIOD: u64 = 251;

/// Returns the first bytes of `length` bytes of the pattern, from offset `at`.
fn pattern(at: u64, length: u64) -> Bytes {
    static PATTERN: LazyLock<Bytes> = LazyLock::new(|| {
        let periods = (0..=BLOCK as u64 / PERIOD + 1).flat_map(|_| 0..PERIOD);
        periods.map(|byte| u8::try_from(byte).unwrap_or_default()).collect()
    });
    let first = usize::try_from(at % PERIOD).unwrap_or_default();
    let size = usize::try_from(length).unwrap_or(BLOCK).min(BLOCK);
    PATTERN.slice(first..first + size)
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn memory_holds_only_the_written_bytes() {
        let size = BLOCK + 10;
        let mut writer = Writer::open(&Storage::Memory, "x", 0, size as u64).await.unwrap();
        let large = Bytes::from(vec![7; 4 * BLOCK]);
        for piece in [0..3, 3..BLOCK + 5, 0..5] {
            writer.write(large.slice(piece)).await.unwrap();
        }
        let Kept::Blocks(blocks) = writer.finish().await.unwrap() else { panic!("not in memory") };
        assert_eq!(blocks.iter().map(Bytes::len).collect::<Vec<_>>(), [BLOCK, 10]);
        assert!(large.is_unique(), "the buffer is not shared");
    }

    #[tokio::test]
    async fn the_pattern_continues_across_chunks() {
        let length = 2 * BLOCK as u64 + 77;
        let segments = VecDeque::from([Segment::Pattern { at: 1_000, length }]);
        let chunks: Vec<Bytes> = read(segments, None).await.unwrap().try_collect().await.unwrap();
        let read = chunks.concat();
        assert_eq!(read.len() as u64, length);
        assert!((1_000..).zip(&read).all(|(n, byte)| u64::from(*byte) == n % 251));
    }
}
