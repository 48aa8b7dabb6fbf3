//! What was asked for, and what has to be there for it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use frameio::folders::ListFolders;
use frameio::{Client, Error, ErrorKind, FolderId};
use frameio_sim::Sim;

/// How many folders of a name may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// One: the call that made it has succeeded.
    One,
    /// None or one: it failed after it may have been carried out.
    Perhaps,
    /// None: it was never sent, or it was deleted.
    None,
}

/// What became of all calls.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    folders: Mutex<HashMap<String, Expected>>,
    outcomes: Mutex<BTreeMap<String, u64>>,
}

impl Ledger {
    /// Notes what may be there of this name.
    pub(crate) fn expect(&self, name: &str, expected: Expected) {
        lock(&self.folders).insert(name.to_owned(), expected);
    }

    /// Notes how a call ended, and checks that a failure says what it was.
    pub(crate) fn note<T>(&self, ended: &Result<T, Error>) {
        let outcome = match ended {
            Ok(_) => "ok".to_owned(),
            Err(error) => told(error),
        };
        *lock(&self.outcomes).entry(outcome).or_default() += 1;
    }

    pub(crate) fn failures(&self) -> u64 {
        lock(&self.outcomes).iter().filter(|(name, _)| *name != "ok").map(|(_, count)| count).sum()
    }

    /// Compares what is there with what was noted, once nothing fails any more.
    pub(crate) async fn settle(&self, sim: &Sim, client: &Client) {
        let demo = sim.demo();
        let root = FolderId::from(demo.root_folder_id.as_str());
        let mut there: HashMap<String, u32> = HashMap::new();
        let mut items =
            client.items(ListFolders::new(demo.account_id.clone(), root).page_size(500));
        while let Some(folder) = items.next().await {
            *there.entry(folder.unwrap().name).or_default() += 1;
        }
        let folders = lock(&self.folders);
        for (name, expected) in folders.iter() {
            let count = there.remove(name).unwrap_or(0);
            let right = match expected {
                Expected::One => count == 1,
                Expected::Perhaps => count <= 1,
                Expected::None => count == 0,
            };
            assert!(right, "{name} is there {count} times, expected {expected:?}");
        }
        assert!(there.is_empty(), "nobody asked for {there:?}");
    }
}

/// A failure by its kind and status.
///
/// # Panics
/// If it is none that a caller could do something about.
fn told(error: &Error) -> String {
    let line = error.to_string();
    assert!(error.operation().is_some() && error.attempts() > 0, "{error:?}");
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
        kind => panic!("nothing here can be {kind:?}: {error:?}"),
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
