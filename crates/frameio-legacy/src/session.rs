//! What is kept between the requests of one caller.

use std::sync::Arc;
use std::time::Duration;

use frameio_api::accounts::Account;
use frameio_client::Client;

use crate::bounded::Bounded;
use crate::known_ids::KnownIds;
use crate::listing::Cursors;

/// Time for which the list of accounts is kept.
pub(crate) const ACCOUNTS_LIFE: Duration = Duration::from_secs(300);
/// Time for which the presentation of an asset is remembered.
pub(crate) const PRESENTATIONS_LIFE: Duration = Duration::from_secs(24 * 3600);

/// A client with what was learned through it. Callers with different tokens share none of it.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) ids: KnownIds,
    pub(crate) cursors: Cursors,
    pub(crate) accounts: Bounded<(), Arc<Vec<Account>>>,
    /// Presentations by the asset that they were created for.
    pub(crate) presentations: Bounded<String, String>,
}

impl Session {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            ids: KnownIds::new(),
            cursors: Cursors::new(),
            accounts: Bounded::new(1),
            presentations: Bounded::new(10_000),
        }
    }
}
