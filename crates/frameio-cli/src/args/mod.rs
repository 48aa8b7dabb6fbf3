//! Arguments that several commands share.

mod account;
mod call;
mod filter;
mod format;
mod global;
mod mhl;
mod number;
mod profile;
mod report;
mod transfer;

pub(crate) use self::account::{AccountArg, WorkspaceArgs, accounts, only_account};
pub(crate) use self::call::CallArgs;
pub(crate) use self::filter::FilterArgs;
pub(crate) use self::format::{FormatArgs, JsonArgs};
pub(crate) use self::global::GlobalArgs;
pub(crate) use self::mhl::MhlArgs;
pub(crate) use self::number::at_least_one;
pub(crate) use self::profile::ProfileArg;
pub(crate) use self::report::{OutputArgs, ReportArg};
pub(crate) use self::transfer::{CompareArg, IfExists, OnConflict, PaceArgs};
