//! Uploads and downloads of files with a session that is refreshed in the meantime.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use frameio::auth::{Credential, Ims, Session};
use frameio::layers::Backoff;
use frameio::transfer::{Download, TransferErrorKind, Transfers, Upload};
use frameio::{AccountId, Client, FileId, FolderId};
use frameio_sim::{Credential as Demo, Fault, Sim};
use http::StatusCode;

/// Number of times that a user would try a failed transfer.
const TRIES: usize = 10;

/// Creates a server-to-server session that signs in at `url`.
pub(crate) fn session(url: &str) -> Session {
    let app = Credential::server_to_server(Demo::DEMO_SERVER_TO_SERVER, Demo::DEMO_SECRET);
    Session::new(Ims::builder(app).base_url(url).max_retries(4).build().unwrap())
}

/// Returns all faults of the storage and the sign-in, with the total probability `share`.
pub(crate) fn faults(share: f64) -> Vec<Fault> {
    let mut faults = Vec::new();
    for operation in [Sim::UPLOAD_PART, Sim::DOWNLOAD] {
        faults.extend(
            [
                Fault::status(StatusCode::INTERNAL_SERVER_ERROR),
                Fault::status(StatusCode::SERVICE_UNAVAILABLE),
                Fault::reset(),
                Fault::reset_in_body(),
            ]
            .map(|fault| fault.on(operation).chance(share / 4.0)),
        );
    }
    faults.push(Fault::status(StatusCode::BAD_GATEWAY).on(Sim::IMS_TOKEN).chance(share));
    faults
}

#[derive(Clone)]
pub(crate) struct Files {
    pub(crate) transfers: Transfers,
    pub(crate) account: AccountId,
    pub(crate) root: FolderId,
    pub(crate) directory: Arc<Path>,
}

impl Files {
    pub(crate) fn new(sim: &Sim, client: Client, directory: &Path) -> Self {
        let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(20));
        let transfers =
            Transfers::builder(client).backoff(backoff).stall_timeout(Duration::from_millis(500));
        Self {
            transfers: transfers.build(),
            account: sim.demo().account_id.clone(),
            root: sim.demo().root_folder_id.clone(),
            directory: directory.into(),
        }
    }

    /// Uploads and downloads a file. Returns the number of failed transfers.
    pub(crate) async fn round_trip(self, number: usize, content: Vec<u8>) -> usize {
        let mut failed = 0;
        let file = self.upload(number, &content, &mut failed).await;
        let path = self.directory.join(format!("{number}.mov"));
        for _ in 0..TRIES {
            let download = Download::new(self.account.clone(), file.clone(), &path);
            match self.transfers.download(download.part_size(30_000)).await {
                Ok(_) => {
                    assert!(std::fs::read(&path).unwrap() == content, "file {number} was changed");
                    return failed;
                }
                Err(error) => count(error.kind(), &mut failed),
            }
            assert!(!path.exists(), "the target of the failed download {number} exists");
        }
        panic!("cannot download file {number}");
    }

    async fn upload(&self, number: usize, content: &[u8], failed: &mut usize) -> FileId {
        let (name, content) = (format!("{number}.mov"), content.to_vec());
        for _ in 0..TRIES {
            let upload =
                Upload::from_bytes(self.account.clone(), self.root.clone(), &name, content.clone());
            match self.transfers.upload(upload).await {
                Ok(uploaded) => return uploaded.file.id,
                Err(error) => count(error.kind(), failed),
            }
        }
        panic!("cannot upload '{name}'");
    }
}

/// Counts a failure.
///
/// # Panics
///
/// Panics on a failure that the injected faults cannot cause.
fn count(kind: TransferErrorKind, failed: &mut usize) {
    use TransferErrorKind::{Api, Storage, Timeout};
    assert!(matches!(kind, Api | Storage | Timeout), "unexpected failure: {kind:?}");
    *failed += 1;
}
