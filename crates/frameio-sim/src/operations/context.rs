//! A request as an operation sees it: valid by the contract, and with its user.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::query::Query;
use crate::response::Failure;
use crate::shared::Env;
use crate::state::{Actor, Row, Table};
use crate::storage::Signer;

/// Request that is valid for its operation.
#[derive(Debug)]
pub(crate) struct RequestContext<'a> {
    pub(crate) env: &'a Env,
    pub(crate) signer: &'a Signer,
    pub(crate) now: Timestamp,
    /// Scheme and authority of the request.
    pub(crate) base: &'a str,
    /// The user who sent it.
    pub(crate) user_id: &'a str,
    pub(crate) path: &'a str,
    pub(crate) args: &'a [(&'static str, String)],
    /// Whether the experimental version of the operation is asked for.
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

    /// Returns the user who makes the changes of this request.
    pub(crate) fn actor(&self) -> Actor<'_> {
        Actor { account: self.account(), user: self.user_id, now: self.now }
    }

    /// Returns a field of the body, or null where it is missing.
    pub(crate) fn field(&self, name: &str) -> &Value {
        self.data.get(name).unwrap_or(&Value::Null)
    }

    /// Returns the record that the argument `name` of the path names, in the account of the path.
    pub(crate) fn find<'t>(&self, table: &'t Table, name: &str) -> Result<&'t Row, Failure> {
        self.find_id(table, name, self.arg(name))
    }

    /// Returns the record of an id that `name` of the body names, in the account of the path.
    pub(crate) fn find_id<'t>(
        &self,
        table: &'t Table,
        name: &str,
        id: &str,
    ) -> Result<&'t Row, Failure> {
        let row = table.get(id).filter(|row| row.account == self.account());
        row.ok_or_else(|| not_found(name))
    }

    /// Like [`find`](Self::find), to change the record.
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
    Failure::new(StatusCode::NOT_FOUND, format!("there is no such {kind} in this account"))
}
