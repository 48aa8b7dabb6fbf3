//! The endpoints by their paths.

use http::Method;
use percent_encoding::percent_decode_str;

use super::page::File;

/// What there is, as it is told to whoever asks for something else.
pub(super) const ROUTES: &str = "the page /_sim/, /_sim/live, /_sim/tree, /_sim/stats, /_sim/demo, \
                                 /_sim/state, /_sim/reset, /_sim/clock, /_sim/faults and \
                                 /_sim/actions/{id}/trigger";

/// What a request to control the simulator is for, by its path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `/_sim` without a slash.
    Entry,
    /// One of the page's.
    File(&'static File),
    Live,
    Tree,
    Stats,
    Demo,
    State,
    Reset,
    Clock,
    Faults,
    /// Of the custom action of this id.
    Trigger(String),
    /// Nothing that there is.
    Unknown,
}

impl Endpoint {
    /// Nothing for a path that is not below `/_sim/`.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let path = path.strip_prefix("/_sim")?;
        if path.is_empty() {
            return Some(Self::Entry);
        }
        let path = path.strip_prefix('/')?;
        if let Some(file) = File::find(path) {
            return Some(Self::File(file));
        }
        Some(match path {
            "live" => Self::Live,
            "tree" => Self::Tree,
            "stats" => Self::Stats,
            "demo" => Self::Demo,
            "state" => Self::State,
            "reset" => Self::Reset,
            "clock" => Self::Clock,
            "faults" => Self::Faults,
            _ => path
                .strip_prefix("actions/")
                .and_then(|path| path.strip_suffix("/trigger"))
                .map(|id| percent_decode_str(id).decode_utf8_lossy().into_owned())
                .map_or(Self::Unknown, Self::Trigger),
        })
    }

    pub(super) const fn methods(&self) -> &'static [Method] {
        match self {
            Self::Entry | Self::File(_) | Self::Live | Self::Tree | Self::Stats | Self::Demo => {
                &[Method::GET]
            }
            Self::State => &[Method::GET, Method::PUT],
            Self::Reset | Self::Trigger(_) => &[Method::POST],
            Self::Clock => &[Method::GET, Method::POST],
            Self::Faults => &[Method::GET, Method::POST, Method::DELETE],
            Self::Unknown => &[],
        }
    }

    /// The longest body, in bytes: only a state may be long.
    pub(super) const fn longest(&self) -> usize {
        const MIB: usize = 1024 * 1024;
        match self {
            Self::State => 64 * MIB,
            _ => MIB,
        }
    }

    /// The methods as a header lists them.
    pub(super) fn allowed(&self) -> String {
        let methods: Vec<_> = self.methods().iter().map(Method::as_str).collect();
        methods.join(", ")
    }
}
