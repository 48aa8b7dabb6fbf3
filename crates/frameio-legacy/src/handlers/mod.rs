//! One module for each resource of the legacy API; the table of routes names their functions.

pub(crate) mod accounts;
pub(crate) mod actions;
pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod batch;
pub(crate) mod comments;
pub(crate) mod create_asset;
pub(crate) mod fallback;
pub(crate) mod hooks;
pub(crate) mod labels;
pub(crate) mod people;
pub(crate) mod presentations;
pub(crate) mod projects;
pub(crate) mod review_links;
pub(crate) mod search;
pub(crate) mod shares;
pub(crate) mod teams;
pub(crate) mod tree;
