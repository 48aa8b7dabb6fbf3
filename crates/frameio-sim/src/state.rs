//! What the simulator remembers, and what a handler gets to see of a request.

use std::time::Duration;

use http::StatusCode;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::Clock;
use crate::query::Query;
use crate::respond::Failure;
use crate::signing::Signer;
use crate::storage::Storage;
use crate::uploads::Uploads;

/// Records by id, in the order of their creation.
pub(crate) type Table = IndexMap<String, Row>;

/// One record: its public fields, and the account that it belongs to.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) account: String,
    pub(crate) fields: Map<String, Value>,
}

impl Row {
    /// A field; null where there is none.
    pub(crate) fn field(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    /// A field of text; empty where it is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.field(name).as_str().unwrap_or_default()
    }

    pub(crate) fn id(&self) -> &str {
        self.text("id")
    }

    /// Writes `changes` over the fields.
    pub(crate) fn update(&mut self, changes: Map<String, Value>, now: Timestamp) {
        self.fields.extend(changes);
        self.fields.insert("updated_at".to_owned(), now.to_string().into());
    }
}

/// What does not change while the simulator runs.
#[derive(Debug)]
pub(crate) struct Env {
    pub(crate) clock: Clock,
    pub(crate) signer: Signer,
    pub(crate) storage: Storage,
    pub(crate) part_size: u64,
    pub(crate) transcode_after: Duration,
}

/// All records.
#[derive(Debug)]
pub(crate) struct State {
    /// The one user there is, as `users.show` tells of it.
    pub(crate) user: Value,
    pub(crate) accounts: Table,
    pub(crate) workspaces: Table,
    pub(crate) projects: Table,
    pub(crate) folders: Table,
    pub(crate) files: Table,
    pub(crate) comments: Table,
    pub(crate) uploads: Uploads,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            user: json!({
                "id": new_id(),
                "name": "Demo User",
                "email": "demo@example.com",
                "avatar_url": null,
            }),
            accounts: Table::new(),
            workspaces: Table::new(),
            projects: Table::new(),
            folders: Table::new(),
            files: Table::new(),
            comments: Table::new(),
            uploads: Uploads::default(),
        }
    }

    /// The user as it stands beside what it made.
    pub(crate) fn creator(&self) -> Value {
        let mut user = self.user.clone();
        user["active"] = true.into();
        user["adobe_user_id"] = Value::Null;
        user
    }

    /// The size of all files for which `counts` holds, in bytes.
    pub(crate) fn storage(&self, counts: impl Fn(&Row) -> bool) -> u64 {
        let files = self.files.values().filter(|file| counts(file));
        files.filter_map(|file| file.field("file_size").as_u64()).sum()
    }
}

/// Adds a record of a new id, which is returned.
pub(crate) fn insert(
    table: &mut Table,
    account: &str,
    mut fields: Value,
    now: Timestamp,
) -> String {
    let id = new_id();
    fields["id"] = id.clone().into();
    fields["created_at"] = now.to_string().into();
    fields["updated_at"] = now.to_string().into();
    let Value::Object(fields) = fields else { return id };
    table.insert(id.clone(), Row { account: account.to_owned(), fields });
    id
}

pub(crate) fn new_id() -> String {
    Uuid::new_v4().to_string()
}

/// What a handler gets to see: a request that fits the rules of its operation.
#[derive(Debug)]
pub(crate) struct Ctx<'a> {
    pub(crate) env: &'a Env,
    pub(crate) now: Timestamp,
    /// Scheme and authority under which the request came.
    pub(crate) base: &'a str,
    /// Who asks.
    pub(crate) user_id: &'a str,
    pub(crate) path: &'a str,
    pub(crate) args: &'a [(&'static str, String)],
    pub(crate) query: Query,
    pub(crate) data: Map<String, Value>,
}

impl Ctx<'_> {
    /// An argument of the path.
    pub(crate) fn arg(&self, name: &str) -> &str {
        self.args.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The account of the path.
    pub(crate) fn account(&self) -> &str {
        self.arg("account_id")
    }

    /// A key of the body; null where there is none.
    pub(crate) fn field(&self, name: &str) -> &Value {
        self.data.get(name).unwrap_or(&Value::Null)
    }

    /// The record that the argument `name` of the path names, in the account of the path.
    pub(crate) fn find<'t>(&self, table: &'t Table, name: &str) -> Result<&'t Row, Failure> {
        let row = table.get(self.arg(name)).filter(|row| row.account == self.account());
        row.ok_or_else(|| not_found(name))
    }

    /// The same, to be changed.
    pub(crate) fn find_mut<'t>(
        &self,
        table: &'t mut Table,
        name: &str,
    ) -> Result<&'t mut Row, Failure> {
        let row = table.get_mut(self.arg(name)).filter(|row| row.account == self.account());
        row.ok_or_else(|| not_found(name))
    }
}

fn not_found(name: &str) -> Failure {
    let kind = name.trim_end_matches("_id").replace('_', " ");
    Failure::new(StatusCode::NOT_FOUND, format!("there is no such {kind} in this account"))
}
