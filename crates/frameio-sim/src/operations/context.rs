//! [`RequestContext`]: validated request of an operation.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::query::Query;
use crate::response::Failure;
use crate::shared::Env;
use crate::state::{Actor, Row, Table};
use crate::storage::Signer;

/// Validated request with its user.
#[derive(Debug)]
pub(crate) struct RequestContext<'a> {
    pub(crate) env: &'a Env,
    pub(crate) signer: &'a Signer,
    pub(crate) now: Timestamp,
    /// Scheme and authority of the request.
    pub(crate) base: &'a str,
    /// Id of the user who sent the request.
    pub(crate) user_id: &'a str,
    pub(crate) path: &'a str,
    pub(crate) args: &'a [(&'static str, String)],
    /// Whether the request has `api-version: experimental`.
    pub(crate) is_experimental: bool,
    pub(crate) query: Query,
    pub(crate) data: Map<String, Value>,
}

impl RequestContext<'_> {
    /// Returns an argument of the path.
    pub(crate) fn arg(&self, name: &str) -> &str {
        self.args.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// Returns the account of the path.
    pub(crate) fn account(&self) -> &str {
        self.arg("account_id")
    }

    /// Returns the author of the request's changes.
    pub(crate) fn actor(&self) -> Actor<'_> {
        Actor { account: self.account(), user: self.user_id, now: self.now }
    }

    /// Returns a field of the body, or null if it is missing.
    pub(crate) fn field(&self, name: &str) -> &Value {
        self.data.get(name).unwrap_or(&Value::Null)
    }

    /// Returns the record whose id is the path argument `name`, in the account of the path.
    pub(crate) fn find<'t>(&self, table: &'t Table, name: &str) -> Result<&'t Row, Failure> {
        self.find_id(table, name, self.arg(name))
    }

    /// Returns a record by an id from the body's field `name`, in the account of the path.
    pub(crate) fn find_id<'t>(
        &self,
        table: &'t Table,
        name: &str,
        id: &str,
    ) -> Result<&'t Row, Failure> {
        let row = table.get(id).filter(|row| row.account == self.account());
        row.ok_or_else(|| not_found(name))
    }

    /// Mutable form of [`find`](Self::find).
    pub(crate) fn find_mut<'t>(
        &self,
        table: &'t mut Table,
        name: &str,
    ) -> Result<&'t mut Row, Failure> {
        let row = table.get_mut(self.arg(name)).filter(|row| row.account == self.account());
        row.ok_or_else(|| not_found(name))
    }
}

pub(crate) fn not_found(name: &str) -> Failure {
    let kind = name.trim_end_matches('s').trim_end_matches("_id").replace('_', " ");
    Failure::new(StatusCode::NOT_FOUND, format!("no such {kind} in this account"))
}
