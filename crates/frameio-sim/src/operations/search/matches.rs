//! Matches of an asset, by the kinds of the contract.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::operations::context::RequestContext;
use crate::operations::metadata;
use crate::state::{Row, State};

/// Search terms in lower case.
pub(super) struct Query<'q> {
    text: &'q str,
    pub(super) words: Vec<&'q str>,
    number: Option<f64>,
    is_date: bool,
}

impl<'q> Query<'q> {
    /// Returns `None` for a text without words.
    pub(super) fn of(text: &'q str) -> Option<Self> {
        let text = text.trim();
        let words: Vec<&str> = text.split_whitespace().collect();
        let number = text.parse().ok();
        let is_date = text.parse::<Date>().is_ok();
        (!words.is_empty()).then_some(Self { text, words, number, is_date })
    }

    /// Returns whether a text contains all words, also inside of other words.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.words.iter().all(|word| text.contains(word))
    }

    /// Returns whether the query equals a text.
    fn is(&self, text: &str) -> bool {
        text.to_lowercase() == self.text
    }

    fn is_number(&self, value: &Value) -> bool {
        self.number.is_some() && self.number == value.as_f64()
    }

    /// Returns whether the query is the UTC day of a time.
    fn is_day_of(&self, moment: &str) -> bool {
        self.is_date && moment.starts_with(self.text)
    }

    /// Returns the first line that contains one of the words.
    pub(super) fn snippet<'t>(&self, text: &'t str) -> &'t str {
        let holds = |line: &&str| {
            let line = line.to_lowercase();
            self.words.iter().any(|word| line.contains(word))
        };
        text.lines().find(holds).unwrap_or(text)
    }
}

/// Returns all matches of an asset or project, except for comments.
pub(super) fn of(
    state: &State,
    ctx: &RequestContext<'_>,
    query: &Query<'_>,
    row: &Row,
) -> Vec<Value> {
    let mut found = Found { query, matches: Vec::new() };
    found.words("name", row.text("name"));
    if let Some(project) = state.projects.get(row.text("project_id"))
        && query.is_in(project.text("name"))
    {
        let project = json!({"id": project.id(), "name": project.text("name")});
        found.add("project", json!({"project": project, "terms": query.words}));
    }
    if is_person(state, query, &row.creator) {
        found.add("creator", json!({"creator_id": row.creator}));
    }
    let media_type = row.text("media_type");
    if query.is(media_type) || media_type.split('/').any(|part| query.is(part)) {
        found.add("file_type", json!({"file_type": media_type}));
    }
    found.day("inserted_at", row.text("created_at"));
    found.day("updated_at", row.text("updated_at"));
    if row.text("type") == "file" {
        for field in metadata::render(state, ctx, row, false) {
            found.metadata(state, &field);
        }
    }
    found.matches
}

fn is_person(state: &State, query: &Query<'_>, id: &str) -> bool {
    let person = state.users.get(id);
    person.is_some_and(|it| query.is_in(it.text("name")) || query.is(it.text("email")))
}

struct Found<'f> {
    query: &'f Query<'f>,
    matches: Vec<Value>,
}

impl Found<'_> {
    fn add(&mut self, kind: &str, mut found: Value) {
        found["type"] = format!("{kind}_match").into();
        self.matches.push(found);
    }

    fn words(&mut self, kind: &str, text: &str) {
        if self.query.is_in(text) {
            self.add(kind, json!({kind: text, "terms": self.query.words}));
        }
    }

    fn text(&mut self, kind: &str, text: &str) {
        if self.query.is_in(text) {
            self.add(kind, json!({ kind: text }));
        }
    }

    fn number(&mut self, kind: &str, value: &Value) {
        if self.query.is_number(value) {
            self.add(kind, json!({ kind: value }));
        }
    }

    fn day(&mut self, kind: &str, moment: &str) {
        if self.query.is_day_of(moment) {
            self.add(kind, json!({ kind: moment }));
        }
    }

    /// Adds matches of a built-in field; the contract has no matches of other fields.
    fn metadata(&mut self, state: &State, field: &Value) {
        let value = &field["value"];
        let text = value.as_str().unwrap_or_default();
        let chosen = value.as_array().into_iter().flatten();
        let chosen: Vec<&str> =
            chosen.clone().filter_map(|option| option["display_name"].as_str()).collect();
        match field["field_definition_name"].as_str().unwrap_or_default() {
            "Assignee" => {
                let people = value.as_array().into_iter().flatten();
                let people = people.filter_map(|person| person["id"].as_str());
                let assignee = people.into_iter().find(|id| is_person(state, self.query, id));
                if let Some(id) = assignee {
                    self.add("assignee", json!({"assignee_id": id}));
                }
            }
            "Comment Count" => self.number("comment_count", value),
            "Date Uploaded" => self.day("uploaded_at", text),
            "Duration" => self.number("duration", value),
            "File Size" => self.number("filesize", value),
            "Frame Rate" => self.number("frame_rate", value),
            "Keywords" => {
                let keywords: Vec<_> =
                    chosen.into_iter().filter(|keyword| self.query.is_in(keyword)).collect();
                if !keywords.is_empty() {
                    self.add("keywords", json!({ "keywords": keywords }));
                }
            }
            "Notes" => self.text("notes", text),
            "Rating" if self.query.is_number(value) => {
                self.add("rating", json!({ "rating": value }));
            }
            "Resolution" => self.resolution(text),
            "Status" => {
                for status in chosen {
                    self.text("status", status);
                }
            }
            _ => {}
        }
    }

    /// Adds a match of the whole resolution, with or without spaces, or of one side.
    fn resolution(&mut self, text: &str) {
        let Some((width, height)) = text.split_once('x') else { return };
        let side = |text: &str| text.trim().parse::<u64>().map_or(Value::Null, Value::from);
        let is_whole = self.query.words.concat() == text.replace(' ', "");
        for (kind, side) in [("resolution_width", side(width)), ("resolution_height", side(height))]
        {
            if side.is_number() && (is_whole || self.query.is_number(&side)) {
                self.add(kind, json!({ kind: side }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_and_days_are_distinguished() {
        assert!(Query::of(" \t").is_none());
        let words = Query::of("sea  shot").unwrap();
        assert!(words.is_in("Shots by the SEA") && !words.is_in("the sea"));
        assert_eq!(words.snippet("First\nthe Sea\nshot"), "the Sea");
        let number = Query::of("24").unwrap();
        assert!(number.is_number(&json!(24)) && number.is_number(&json!(24.0)));
        assert!(!number.is_number(&json!(240)) && !number.is_number(&json!("24")));
        assert!(!words.is_number(&Value::Null));
        let day = Query::of("2026-01-02").unwrap();
        assert!(day.is_day_of("2026-01-02T03:04:05Z") && !day.is_day_of("2026-01-03T00:00:00Z"));
        assert!(!Query::of("20").unwrap().is_day_of("2026-01-02T03:04:05Z"));
    }
}
