//! Record of calls and of the resulting folders.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use frameio::folders::ListFolders;
use frameio::{Client, Error, ErrorKind, FolderId};
use frameio_sim::Sim;

/// Expected number of folders with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// One, because its creation succeeded.
    One,
    /// None or one, because the call failed but may have taken effect.
    Perhaps,
    /// None, because the call was not sent or the folder was deleted.
    None,
}

/// Results of all calls.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    folders: Mutex<HashMap<String, Expected>>,
    outcomes: Mutex<BTreeMap<String, u64>>,
}

impl Ledger {
    /// Sets the expected number of folders with a name.
    pub(crate) fn expect(&self, name: &str, expected: Expected) {
        lock(&self.folders).insert(name.to_owned(), expected);
    }

    /// Counts the result of a call, and verifies the error of a failure.
    pub(crate) fn record<T>(&self, result: &Result<T, Error>) {
        let outcome = match result {
            Ok(_) => "ok".to_owned(),
            Err(error) => describe(error),
        };
        *lock(&self.outcomes).entry(outcome).or_default() += 1;
    }

    pub(crate) fn failures(&self) -> u64 {
        lock(&self.outcomes).iter().filter(|(name, _)| *name != "ok").map(|(_, count)| count).sum()
    }

    /// Compares existing folders with expected ones, after the faults are removed.
    pub(crate) async fn settle(&self, sim: &Sim, client: &Client) {
        let demo = sim.demo();
        let root = FolderId::from(demo.root_folder_id.as_str());
        let mut existing: HashMap<String, u32> = HashMap::new();
        let mut items =
            client.items(ListFolders::new(demo.account_id.clone(), root).page_size(500));
        while let Some(folder) = items.next().await {
            *existing.entry(folder.unwrap().name).or_default() += 1;
        }
        let folders = lock(&self.folders);
        for (name, expected) in folders.iter() {
            let count = existing.remove(name).unwrap_or(0);
            let right = match expected {
                Expected::One => count == 1,
                Expected::Perhaps => count <= 1,
                Expected::None => count == 0,
            };
            assert!(right, "'{name}' exists {count} times, expected {expected:?}");
        }
        assert!(existing.is_empty(), "unexpected folders: {existing:?}");
    }
}

/// Describes a failure by its kind and status.
///
/// # Panics
///
/// Panics on a failure that the injected faults cannot cause.
fn describe(error: &Error) -> String {
    let line = error.to_string();
    assert!(error.operation().is_some(), "{error:?}");
    assert!(error.attempts() > 0 || !error.may_have_been_sent(), "{error:?}");
    assert!(!line.contains(Sim::TOKEN) && !line.contains('\n'), "{line}");
    match error.kind() {
        ErrorKind::Api => {
            let status = error.status().unwrap();
            assert!(status.is_client_error() || status.is_server_error(), "{error:?}");
            format!("status {}", status.as_u16())
        }
        kind @ (ErrorKind::RateLimited
        | ErrorKind::Timeout
        | ErrorKind::Connect
        | ErrorKind::Transport
        | ErrorKind::Body
        | ErrorKind::Decode) => format!("{kind:?}"),
        kind => panic!("unexpected failure {kind:?}: {error:?}"),
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", lock(&self.outcomes))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
