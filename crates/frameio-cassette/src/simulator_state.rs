//! A state of the simulator from the responses of a cassette.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use crate::cassette::{Cassette, Exchange, RecordedBody};
use crate::fields::SEGMENTS;
use crate::shape::is_uuid;

type Fields = Map<String, Value>;

/// Tables of a state, with the fields that are copied from responses.
const TABLES: [(&str, &[&str]); 11] = [
    ("users", &["name", "email"]),
    ("accounts", &["display_name"]),
    ("workspaces", &["name"]),
    ("projects", &["name", "workspace_id", "root_folder_id", "status", "restricted"]),
    ("folders", &["name", "parent_id", "project_id"]),
    ("files", &["name", "parent_id", "project_id", "file_size", "media_type"]),
    ("version_stacks", &["name", "parent_id", "project_id"]),
    ("comments", &["text", "file_id", "timestamp", "duration", "page", "completed_at"]),
    ("collections", &["name", "description", "project_id"]),
    ("shares", &["name", "description", "access", "short_url", "project_id"]),
    ("webhooks", &["name", "url", "events", "active", "workspace_id"]),
];

/// Fields of every table.
const COMMON: [&str; 3] = ["id", "created_at", "updated_at"];

impl Cassette {
    /// Returns a state for the simulator, with the records that the responses contain.
    ///
    /// The result is the JSON of a `SavedState` of the crate `frameio-sim`, which `frameio sim --state`
    /// reads. It contains users, accounts, workspaces, projects, assets, comments, collections, shares
    /// and webhooks, each as it was in its last response, without those that were deleted. The user of
    /// `users.show` comes first, and owns everything. A record whose parent was not recorded moves to
    /// the root folder of a project. Roles, metadata and the content of files are not part of it.
    ///
    /// ```
    /// use frameio_cassette::Cassette;
    /// use frameio_sim::{SavedState, Sim};
    ///
    /// # let cassette = Cassette::default();
    /// let state: SavedState = cassette.simulator_state().to_string().parse()?;
    /// let sim = Sim::builder().state(state).build();
    /// # Ok::<(), frameio_sim::StateError>(())
    /// ```
    pub fn simulator_state(&self) -> Value {
        let mut harvest = Harvest::default();
        self.exchanges().iter().for_each(|exchange| harvest.exchange(exchange));
        json!({"version": 1, "state": harvest.finish()})
    }
}

#[derive(Default)]
struct Harvest {
    tables: HashMap<&'static str, Table>,
}

/// Records in the order of their first response.
#[derive(Default)]
struct Table {
    rows: Vec<Fields>,
}

impl Table {
    fn get_mut(&mut self, id: &str) -> Option<&mut Fields> {
        self.rows.iter_mut().find(|row| text(row, "id") == id)
    }

    fn contains(&self, id: &str) -> bool {
        self.rows.iter().any(|row| text(row, "id") == id)
    }
}

fn text<'r>(row: &'r Fields, name: &str) -> &'r str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl Harvest {
    fn exchange(&mut self, exchange: &Exchange) {
        let Some(response) = exchange.response.as_ref().filter(|it| it.status / 100 == 2) else {
            return;
        };
        let route = Route::of(&exchange.request.target);
        if exchange.request.method == "DELETE" {
            return self.remove(&route);
        }
        let Some(RecordedBody::Json(body)) = &response.body else { return };
        match &body["data"] {
            Value::Array(items) => items.iter().for_each(|item| self.record(&route, item)),
            item => self.record(&route, item),
        }
    }

    fn remove(&mut self, route: &Route<'_>) {
        let (Some(table), Some(id)) = (self.tables.get_mut(route.kind), route.id) else { return };
        table.rows.retain(|row| text(row, "id") != id);
    }

    /// Adds the record of a response and those inside it.
    fn record(&mut self, route: &Route<'_>, item: &Value) {
        let kind = match item["type"].as_str() {
            Some("file") => "files",
            Some("folder") => "folders",
            Some("version_stack") => "version_stacks",
            _ => route.kind,
        };
        if let Some(kind) = TABLES.iter().find(|(table, _)| *table == kind).map(|(kind, _)| kind) {
            self.insert(kind, route, item);
        }
        let Value::Object(fields) = item else { return };
        for (name, value) in fields {
            let inner = match name.as_str() {
                "creator" | "owner" | "user" => "users",
                "head_version" | "asset" => "files",
                "project" => "projects",
                _ => continue,
            };
            if value.is_object() {
                self.record(&Route { kind: inner, ..*route }, value);
            }
        }
    }

    fn insert(&mut self, kind: &'static str, route: &Route<'_>, item: &Value) {
        if !item["id"].as_str().is_some_and(is_uuid) {
            return;
        }
        let copied = TABLES.iter().find(|(table, _)| *table == kind).map_or(&[][..], |it| it.1);
        let mut row = Fields::new();
        for name in COMMON.iter().chain(copied) {
            if let Some(value) = item.get(*name) {
                row.insert((*name).to_owned(), value.clone());
            }
        }
        let of_route = match kind {
            "shares" | "collections" | "folders" => ("project_id", route.after("projects")),
            "webhooks" | "projects" => ("workspace_id", route.after("workspaces")),
            "comments" => ("file_id", route.after("files")),
            _ => ("", None),
        };
        if let (name, Some(id)) = of_route
            && !row.contains_key(name)
        {
            row.insert(name.to_owned(), id.into());
        }
        if let Some(account) = route.after("accounts").filter(|_| kind != "users") {
            row.insert("account".to_owned(), account.into());
        }
        let table = self.tables.entry(kind).or_default();
        match table.get_mut(text(&row, "id")) {
            Some(known) => known.extend(row),
            None => table.rows.push(row),
        }
    }

    fn contains(&self, kind: &str, id: &str) -> bool {
        self.tables.get(kind).is_some_and(|table| table.contains(id))
    }

    /// Removes references to records that are missing.
    fn finish(mut self) -> Value {
        self.add_accounts();
        self.drop_incomplete();
        self.place_assets();
        let files = self.tables.remove("files").unwrap_or_default();
        let comments = self.tables.entry("comments").or_default();
        comments.rows.retain(|comment| files.contains(text(comment, "file_id")));
        self.tables.insert("files", files);
        for (kind, field, target) in [
            ("projects", "workspace_id", "workspaces"),
            ("webhooks", "workspace_id", "workspaces"),
            ("collections", "project_id", "projects"),
            ("shares", "project_id", "projects"),
        ] {
            self.retain_references(kind, field, target);
        }
        let names = TABLES.iter().map(|(kind, _)| *kind);
        let tables = names.filter_map(|kind| {
            let rows = self.tables.remove(kind)?.rows;
            Some((kind.to_owned(), rows.into_iter().map(Value::Object).collect()))
        });
        Value::Object(tables.collect())
    }

    /// Adds accounts that only routes name, and accounts for everything else.
    fn add_accounts(&mut self) {
        let rows = self.tables.values().flat_map(|table| &table.rows);
        let named: Vec<String> = rows.map(|row| text(row, "account").to_owned()).collect();
        for (kind, table) in &mut self.tables {
            if *kind == "accounts" {
                table.rows.iter_mut().for_each(|row| drop(row.remove("account")));
            }
        }
        let accounts = self.tables.entry("accounts").or_default();
        for id in named.into_iter().filter(|id| is_uuid(id)) {
            if !accounts.contains(&id) {
                let row = json!({"id": id, "display_name": "Recorded account"});
                accounts.rows.extend(row.as_object().cloned());
            }
        }
        for table in self.tables.values_mut() {
            for row in &mut table.rows {
                if !is_uuid(text(row, "account")) {
                    row.remove("account");
                }
            }
        }
    }

    /// Drops records without the fields that a state requires, such as a user without an address.
    fn drop_incomplete(&mut self) {
        for (kind, table) in &mut self.tables {
            let required: &[&str] = match *kind {
                "users" => &["name", "email"],
                "accounts" => &["display_name"],
                "comments" => &["text"],
                "webhooks" => &["name", "url"],
                "shares" | "version_stacks" => &[],
                _ => &["name"],
            };
            table
                .rows
                .retain(|row| required.iter().all(|it| row.get(*it).is_some_and(Value::is_string)));
        }
    }

    /// Puts assets without a recorded parent into the root folder of their project.
    fn place_assets(&mut self) {
        let roots = self.root_folders();
        self.drop_empty_stacks();
        let mut parents: HashSet<String> = roots.values().cloned().collect();
        parents.extend(self.ids("folders"));
        let stacks = self.ids("version_stacks");
        for kind in ["folders", "version_stacks", "files"] {
            if kind == "files" {
                parents.extend(stacks.iter().cloned());
            }
            let Some(table) = self.tables.get_mut(kind) else { continue };
            for row in &mut table.rows {
                let project = text(row, "project_id").to_owned();
                if !roots.contains_key(&project) {
                    row.remove("project_id");
                }
                if roots.values().any(|root| root == text(row, "id")) {
                    row.insert("parent_id".to_owned(), Value::Null);
                } else if !parents.contains(text(row, "parent_id")) {
                    match roots.get(&project) {
                        Some(root) => row.insert("parent_id".to_owned(), root.as_str().into()),
                        None => row.remove("parent_id"),
                    };
                }
            }
        }
    }

    /// Returns the root folders of the projects.
    fn root_folders(&self) -> HashMap<String, String> {
        let projects = self.tables.get("projects").map_or(&[][..], |table| &table.rows);
        let pairs = projects
            .iter()
            .map(|row| (text(row, "id").to_owned(), text(row, "root_folder_id").to_owned()));
        pairs.filter(|(_, root)| is_uuid(root)).collect()
    }

    /// Drops version stacks of which no version was recorded.
    fn drop_empty_stacks(&mut self) {
        let files = self.tables.get("files").map_or(&[][..], |table| &table.rows);
        let parents: HashSet<String> =
            files.iter().map(|file| text(file, "parent_id").to_owned()).collect();
        if let Some(stacks) = self.tables.get_mut("version_stacks") {
            stacks.rows.retain(|stack| parents.contains(text(stack, "id")));
        }
    }

    fn ids(&self, kind: &str) -> HashSet<String> {
        let rows = self.tables.get(kind).map_or(&[][..], |table| &table.rows);
        rows.iter().map(|row| text(row, "id").to_owned()).collect()
    }

    fn retain_references(&mut self, kind: &str, field: &str, target: &str) {
        let Some((kind, mut table)) = self.tables.remove_entry(kind) else { return };
        for row in &mut table.rows {
            if !self.contains(target, text(row, field)) {
                row.remove(field);
            }
        }
        self.tables.insert(kind, table);
    }
}

/// Route of a request, as far as it names the kind of its records.
#[derive(Clone, Copy)]
struct Route<'t> {
    /// Table of the records.
    kind: &'t str,
    /// Id of the record, if the route names one.
    id: Option<&'t str>,
    path: &'t str,
}

impl<'t> Route<'t> {
    fn of(target: &'t str) -> Self {
        let path = target.split('?').next().unwrap_or_default();
        let mut segments = path.rsplit('/');
        let last = segments.next().unwrap_or_default();
        let previous = segments.next().unwrap_or_default();
        if last == "me" {
            return Self { kind: "users", id: None, path };
        }
        let is_kind = |segment: &str| TABLES.iter().any(|(kind, _)| *kind == segment);
        match is_kind(previous) && !SEGMENTS.contains(&last) {
            true => Self { kind: previous, id: Some(last), path },
            false => Self { kind: last, id: None, path },
        }
    }

    /// Returns the segment after a word.
    fn after(&self, word: &str) -> Option<&'t str> {
        let mut segments = self.path.split('/');
        segments.find(|segment| *segment == word)?;
        segments.next().filter(|id| is_uuid(id))
    }
}
