//! Arguments that several commands share.

mod account;
mod format;
mod global;
mod profile;
mod transfer;

pub(crate) use self::account::{AccountArg, WorkspaceArgs, only_account};
pub(crate) use self::format::{FormatArgs, JsonArgs};
pub(crate) use self::global::GlobalArgs;
pub(crate) use self::profile::ProfileArg;
pub(crate) use self::transfer::{CompareArg, IfExists, OnConflict};
