//! What the simulator remembers, and what a handler gets to see of a request.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::clock::Clock;
use crate::hooks::Hooks;
use crate::query::Query;
use crate::resources::groups::AdobeGroups;
use crate::resources::metadata::Values;
use crate::resources::shares::Shared;
use crate::resources::tree::trash::Deleted;
use crate::resources::users;
use crate::respond::Failure;
use crate::roles::Access;
use crate::saved::rows;
use crate::signing::Signer;
use crate::storage::Storage;
use crate::uploads::Uploads;

/// Records by id, in the order of their creation.
pub(crate) type Table = IndexMap<String, Row>;

/// One record: its public fields, the account that it belongs to, and who made it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "Map<String, Value>", into = "Map<String, Value>")]
pub(crate) struct Row {
    pub(crate) account: String,
    /// The id of a user.
    pub(crate) creator: String,
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
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {
    /// Everybody, as `users.show` tells of them.
    #[serde(with = "rows")]
    pub(crate) users: Table,
    #[serde(with = "rows")]
    pub(crate) accounts: Table,
    #[serde(with = "rows")]
    pub(crate) workspaces: Table,
    #[serde(with = "rows")]
    pub(crate) projects: Table,
    #[serde(with = "rows")]
    pub(crate) folders: Table,
    #[serde(with = "rows")]
    pub(crate) files: Table,
    #[serde(with = "rows")]
    pub(crate) version_stacks: Table,
    /// The files of each version stack, the oldest first.
    pub(crate) versions: BTreeMap<String, Vec<String>>,
    /// What was deleted and can be restored, by its id.
    pub(crate) deleted: IndexMap<String, Deleted>,
    #[serde(with = "rows")]
    pub(crate) comments: Table,
    #[serde(with = "rows")]
    pub(crate) groups: Table,
    pub(crate) adobe_groups: AdobeGroups,
    pub(crate) access: Access,
    #[serde(with = "rows")]
    pub(crate) webhooks: Table,
    #[serde(with = "rows")]
    pub(crate) actions: Table,
    #[serde(with = "rows")]
    pub(crate) collections: Table,
    #[serde(with = "rows")]
    pub(crate) watermark_templates: Table,
    #[serde(with = "rows")]
    pub(crate) shares: Table,
    /// What each share has beside its fields.
    pub(crate) shared: BTreeMap<String, Shared>,
    /// The definitions of metadata fields; those of no account are in all.
    #[serde(with = "rows")]
    pub(crate) metadata_fields: Table,
    pub(crate) metadata: Values,
    /// The replies to comments, by their own ids.
    #[serde(with = "rows")]
    pub(crate) replies: Table,
    /// What has happened and is not told yet.
    #[serde(skip)]
    pub(crate) events: Vec<Event>,
    pub(crate) hooks: Hooks,
    #[serde(skip)]
    pub(crate) uploads: Uploads,
}

impl State {
    /// A user as it stands beside what it made; null where there is none of the id.
    pub(crate) fn person(&self, id: &str) -> Value {
        let Some(user) = self.users.get(id) else { return Value::Null };
        let mut person = users::shown(user);
        person["active"] = (!self.access.is_deactivated(id)).into();
        person["adobe_user_id"] = Value::Null;
        person
    }

    /// The record of an id, of all that stand in a workspace: what a role is needed for.
    pub(crate) fn record(&self, id: &str) -> Option<&Row> {
        let Self { workspaces, projects, folders, files, version_stacks, .. } = self;
        let Self { comments, collections, shares, .. } = self;
        let all =
            [folders, files, version_stacks, comments, projects, workspaces, collections, shares];
        all.into_iter().find_map(|table| table.get(id))
    }

    /// Notes what a request has done, for the webhooks and the audit log.
    pub(crate) fn happened(
        &mut self,
        ctx: &Ctx<'_>,
        kind: &'static str,
        resource: (&'static str, &str),
        project: &str,
    ) {
        self.happened_by(ctx.by(), kind, resource, project);
    }

    /// The same where no request is at hand.
    pub(crate) fn happened_by(
        &mut self,
        by: By<'_>,
        kind: &'static str,
        resource: (&'static str, &str),
        project: &str,
    ) {
        let workspace = self.projects.get(project).map(|it| it.text("workspace_id").to_owned());
        let project = (!project.is_empty()).then(|| project.to_owned());
        self.events.push(Event { workspace, project, ..Event::new(by, kind, resource) });
    }

    /// The size of all files for which `counts` holds, in bytes.
    pub(crate) fn storage(&self, counts: impl Fn(&Row) -> bool) -> u64 {
        let files = self.files.values().filter(|file| counts(file));
        files.filter_map(|file| file.field("file_size").as_u64()).sum()
    }
}

/// What has happened.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Event {
    /// As webhooks name it, `file.created`.
    pub(crate) kind: Cow<'static, str>,
    /// The kind of what it was done to, `file`, and its id.
    pub(crate) resource: (Cow<'static, str>, String),
    pub(crate) account: String,
    pub(crate) workspace: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) user: String,
    pub(crate) at: Timestamp,
}

impl Event {
    /// Something that has happened in no workspace that is known.
    pub(crate) fn new(by: By<'_>, kind: &'static str, resource: (&'static str, &str)) -> Self {
        Self {
            kind: kind.into(),
            resource: (resource.0.into(), resource.1.to_owned()),
            account: by.account.to_owned(),
            workspace: None,
            project: None,
            user: by.user.to_owned(),
            at: by.now,
        }
    }
}

/// Who adds a record, where and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct By<'a> {
    pub(crate) account: &'a str,
    pub(crate) user: &'a str,
    pub(crate) now: Timestamp,
}

/// Adds a record of a new id, which is returned.
pub(crate) fn insert(table: &mut Table, by: By<'_>, mut fields: Value) -> String {
    let now = by.now;
    let id = new_id();
    fields["id"] = id.clone().into();
    fields["created_at"] = now.to_string().into();
    fields["updated_at"] = now.to_string().into();
    let Value::Object(fields) = fields else { return id };
    let row = Row { account: by.account.to_owned(), creator: by.user.to_owned(), fields };
    table.insert(id.clone(), row);
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

    /// Who adds what this request adds.
    pub(crate) fn by(&self) -> By<'_> {
        By { account: self.account(), user: self.user_id, now: self.now }
    }

    /// A key of the body; null where there is none.
    pub(crate) fn field(&self, name: &str) -> &Value {
        self.data.get(name).unwrap_or(&Value::Null)
    }

    /// The record that the argument `name` of the path names, in the account of the path.
    pub(crate) fn find<'t>(&self, table: &'t Table, name: &str) -> Result<&'t Row, Failure> {
        self.find_id(table, name, self.arg(name))
    }

    /// The record of an id that `name` of the body names, likewise.
    pub(crate) fn find_id<'t>(
        &self,
        table: &'t Table,
        name: &str,
        id: &str,
    ) -> Result<&'t Row, Failure> {
        let row = table.get(id).filter(|row| row.account == self.account());
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

pub(crate) fn not_found(name: &str) -> Failure {
    let kind = name.trim_end_matches('s').trim_end_matches("_id").replace('_', " ");
    Failure::new(StatusCode::NOT_FOUND, format!("there is no such {kind} in this account"))
}
