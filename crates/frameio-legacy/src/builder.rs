//! Building a façade.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use frameio_client::{Client, ClientBuilder};
use frameio_core::AccountId;
use frameio_tower::{HttpService, Transport};
use frameio_transport::HyperTransport;

use crate::hosts::Hosts;
use crate::relay::Relays;
use crate::service::{Caller, LegacyService};
use crate::settings::{Counts, Replies, Settings};
use crate::tokens::AcceptedTokens;
use crate::uploads::Uploads;

impl LegacyService {
    /// Creates a façade that calls V4 with `client` and has the default settings.
    pub fn new(client: Client) -> Self {
        Self::builder(client).build()
    }

    /// Returns the settings of a façade, at their defaults.
    pub fn builder(client: Client) -> LegacyBuilder {
        LegacyBuilder::new(Caller::Own(client))
    }

    /// Returns the settings of a façade that calls V4 with the legacy token of each request, which
    /// the service accepts for accounts that are not in the Adobe Admin Console yet. `client` has the
    /// other settings of the calls.
    ///
    /// Requests with different tokens share neither a client nor anything that was learned by it.
    ///
    /// ```
    /// use frameio_client::Client;
    /// use frameio_legacy::LegacyService;
    ///
    /// let legacy = LegacyService::forward_token(Client::builder()).build();
    /// # drop(legacy);
    /// ```
    pub fn forward_token(client: ClientBuilder) -> LegacyBuilder {
        LegacyBuilder::new(Caller::Forwarded(Box::new(client)))
    }
}

/// Settings of a [`LegacyService`].
///
/// | setting | default |
/// |---|---|
/// | accepted tokens | any |
/// | calls to V4 | with the client's own sign-in |
/// | hosts | any |
/// | account of callers who name none | the only one, or the first that was migrated to V4 |
/// | page size | 50 |
/// | maximum wait for a quota | 25 s |
/// | counts | exact |
/// | replies | refused |
/// | first frame | 0 |
/// | relays | none |
#[must_use]
pub struct LegacyBuilder {
    caller: Caller,
    settings: Settings,
}

impl LegacyBuilder {
    pub(crate) fn new(caller: Caller) -> Self {
        Self {
            caller,
            settings: Settings {
                account: None,
                page_size: 50,
                max_wait: Duration::from_secs(25),
                counts: Counts::default(),
                replies: Replies::default(),
                first_frame: 0,
                id_table: HashMap::new(),
                public_url: None,
                hosts: None,
                tokens: None,
                uploads: Uploads::new(HttpService::new(HyperTransport::builder().build())),
                relays: None,
            },
        }
    }

    /// Accepts only tokens whose SHA-256 is in the list. Required where other machines can reach
    /// the façade: it calls V4 with its own sign-in.
    pub fn accept_tokens(mut self, tokens: AcceptedTokens) -> Self {
        self.settings.tokens = Some(tokens);
        self
    }

    /// Accepts only requests to these hosts. A façade on the loopback needs it: a page on the web
    /// could point its own name to this machine.
    pub fn hosts(mut self, hosts: Hosts) -> Self {
        self.settings.hosts = Some(hosts);
        self
    }

    /// Sets the account of requests that name none, which `/v2/me` returns.
    pub fn account(mut self, account: impl Into<AccountId>) -> Self {
        self.settings.account = Some(account.into());
        self
    }

    /// Sets the number of items of a page for requests without `page_size`, 1 to 1000. Default: 50.
    pub fn page_size(mut self, size: u32) -> Self {
        self.settings.page_size = u64::from(size).clamp(1, 1000);
        self
    }

    /// Limits how long one V4 call is waited for when its quota is exhausted; then the request is
    /// refused with 429 and `Retry-After`. Default: 25 s.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.settings.max_wait = wait;
        self
    }

    /// Sets where numbers of items and comments come from. Default: [`Counts::Exact`].
    pub fn counts(mut self, counts: Counts) -> Self {
        self.settings.counts = counts;
        self
    }

    /// Sets how replies to comments are handled. Default: [`Replies::Refuse`].
    pub fn replies(mut self, replies: Replies) -> Self {
        self.settings.replies = replies;
        self
    }

    /// Sets the number of the first frame in V4, whose documents disagree: 0 or 1. Default: 0.
    /// The legacy API counted from 0.
    pub fn first_frame(mut self, frame: u64) -> Self {
        self.settings.first_frame = frame;
        self
    }

    /// Maps ids of the legacy API to those of V4, where they have changed.
    pub fn ids(mut self, ids: impl IntoIterator<Item = (String, String)>) -> Self {
        self.settings.id_table = ids.into_iter().collect();
        self
    }

    /// Sets the URL by which clients reach the façade, for the URLs of parts and pages. Default: the
    /// header `host` of a request, with `http`.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.settings.public_url = Some(url.into());
        self
    }

    /// Sends the parts of uploads through a custom service. Default: hyper.
    pub fn storage(mut self, storage: impl Transport) -> Self {
        self.settings.uploads = Uploads::new(HttpService::new(storage));
        self
    }

    /// Serves relays of webhooks at their paths. If they are [saved](Relays::save_to), a webhook that a
    /// request creates gets one: V4 delivers to the façade, and the façade to the URL of the request,
    /// in the old shape and signed with the secret of the response.
    ///
    /// V4 has to reach the façade at its [public URL](Self::public_url). Deliveries are accepted for
    /// any host, since their signature is verified.
    pub fn relays(mut self, relays: Relays) -> Self {
        self.settings.relays = Some(relays);
        self
    }

    /// Creates the service.
    pub fn build(self) -> LegacyService {
        LegacyService::from_settings(self.caller, self.settings)
    }
}

impl fmt::Debug for LegacyBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LegacyBuilder").finish_non_exhaustive()
    }
}
