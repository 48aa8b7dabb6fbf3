//! Settings that handlers read.

use std::collections::HashMap;
use std::time::Duration;

use frameio_core::AccountId;

use crate::hosts::Hosts;
use crate::relay::Relays;
use crate::tokens::AcceptedTokens;
use crate::uploads::Uploads;

/// Where numbers come from that V4 has only as the length of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Counts {
    /// The items are counted, with one call for each folder, version stack and file.
    #[default]
    Exact,
    /// 1 stands for "unknown": scripts skip what has 0.
    Assumed,
}

/// How replies to comments are handled, which V4 cannot create.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Replies {
    /// They are refused with 422.
    #[default]
    Refuse,
    /// A comment that quotes the other one is created at the same frame.
    Quote,
}

pub(crate) struct Settings {
    pub(crate) account: Option<AccountId>,
    pub(crate) page_size: u64,
    pub(crate) max_wait: Duration,
    pub(crate) counts: Counts,
    pub(crate) replies: Replies,
    pub(crate) first_frame: u64,
    pub(crate) id_table: HashMap<String, String>,
    pub(crate) public_url: Option<String>,
    pub(crate) hosts: Option<Hosts>,
    pub(crate) tokens: Option<AcceptedTokens>,
    pub(crate) uploads: Uploads,
    pub(crate) relays: Option<Relays>,
}
