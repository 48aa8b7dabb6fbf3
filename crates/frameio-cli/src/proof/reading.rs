//! Reading of files on a thread for blocking work, which ends early if the run is interrupted.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::report::{self, Phase, TransferReport};

/// A file that is read until the run is interrupted.
pub(super) struct Reading {
    file: File,
    is_cancelled: Arc<AtomicBool>,
    progress: Option<report::Reading>,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.is_cancelled.load(Ordering::Relaxed) {
            true => Err(io::Error::other("the run was interrupted")),
            false => {
                let read = self.file.read(buffer)?;
                if let Some(progress) = &mut self.progress {
                    progress.add(read as u64);
                }
                Ok(read)
            }
        }
    }
}

/// Cancels a reading when it is dropped.
struct Cancel(Arc<AtomicBool>);

impl Drop for Cancel {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Opens a regular file, and passes its size and a reader to `read` on a thread for blocking work. If
/// the future is dropped, the reader fails. `report` shows the progress.
pub(super) async fn read_file<T: Send + 'static>(
    path: PathBuf,
    report: Option<(Arc<TransferReport>, Phase)>,
    read: impl FnOnce(u64, Reading) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let cancel = Cancel(Arc::default());
    let is_cancelled = cancel.0.clone();
    let reading = tokio::task::spawn_blocking(move || {
        // Opening a pipe could block forever.
        if !std::fs::metadata(&path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        let file = File::open(&path)?;
        let size = file.metadata()?.len();
        let progress = report.map(|(report, phase)| report.reading(phase, &path, size));
        read(size, Reading { file, is_cancelled, progress })
    });
    let read = reading.await.map_err(io::Error::other)?;
    drop(cancel);
    read
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_dropped_future_ends_the_reading() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let reading = read_file(path, None, move |size, mut reading| {
            let mut read = Ok(0);
            for _ in 0..2000 {
                std::thread::sleep(Duration::from_millis(5));
                read = reading.read(&mut [0]);
                if read.is_err() {
                    break;
                }
            }
            let _ = sender.send((size, read.is_err()));
            Ok(())
        });
        let reading = Box::pin(reading);
        drop(tokio::time::timeout(Duration::from_millis(50), reading).await);
        assert_eq!(receiver.await, Ok((3, true)));
    }
}
