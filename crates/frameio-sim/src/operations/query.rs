//! Query of a request.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::contract::{Parameter, cursor};
use crate::response::Problem;

/// Query parameters; unknown ones are ignored.
#[derive(Debug)]
pub(crate) struct Query {
    known: &'static [Parameter],
    given: Vec<(&'static str, Value)>,
}

impl Query {
    /// Parses the parameters, and adds their problems to `problems`.
    pub(crate) fn parse(
        known: &'static [Parameter],
        query: &str,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut parsed = Self { known, given: Vec::new() };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name);
            if let Some(parameter) = known.iter().find(|it| *it.name == *name) {
                let value = parameter.read(&decode(value), problems);
                parsed.given.extend(value.map(|value| (&*parameter.name, value)));
            } else if let Some(key) = known.iter().find(|it| it.is_below(&name)) {
                let detail = format!("is an object: write its keys as '{}='", key.name);
                problems.push(Problem::at(format!("/{name}"), detail));
            }
        }
        if parsed.text("sort").is_some_and(|sort| sort.starts_with("owner_"))
            && !parsed.includes("owner")
        {
            problems.push(Problem::at("/sort", "sorting by owner requires 'include=owner'"));
        }
        parsed
    }

    /// Returns the last value of a parameter, or its default.
    fn value(&self, name: &str) -> Option<&Value> {
        let given = self.given.iter().rev().find(|(given, _)| *given == name);
        given.map(|(_, value)| value).or_else(|| {
            self.known.iter().find(|parameter| *parameter.name == *name)?.default.as_ref()
        })
    }

    /// Returns the items of a list parameter.
    fn items(&self, name: &str) -> impl Iterator<Item = &str> {
        self.value(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Returns whether `include` contains a name.
    pub(crate) fn includes(&self, name: &str) -> bool {
        self.items("include").any(|include| include == name)
    }

    /// Returns the names in `include` after `prefix`.
    pub(crate) fn included<'a>(&'a self, prefix: &'static str) -> impl Iterator<Item = &'a str> {
        self.items("include").filter_map(move |include| include.strip_prefix(prefix))
    }

    /// Returns whether `type` contains a name or is missing.
    pub(crate) fn wants_type(&self, name: &str) -> bool {
        self.value("type").is_none() || self.items("type").any(|wanted| wanted == name)
    }

    /// Returns whether a parameter is true; a missing one without a default is false.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Returns the text of a parameter; the name of an object's key is such as `filters[user_id]`.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// Returns the offset and size of the page.
    pub(super) fn window(&self) -> (usize, usize) {
        const DEFAULT_PAGE_SIZE: usize = 50;
        let after = self.text("after").and_then(cursor::offset_of).unwrap_or_default();
        let size = self.value("page_size").and_then(Value::as_u64);
        (after, size.and_then(|size| size.try_into().ok()).unwrap_or(DEFAULT_PAGE_SIZE))
    }
}

/// Decodes a form value, in which `+` is a space.
fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::*;
    use crate::contract::specs;

    fn parse(id: &str, query: &str) -> (Query, Vec<String>) {
        let spec = specs().iter().find(|spec| spec.operation.id == id).unwrap();
        let mut problems = Vec::new();
        let parsed = Query::parse(&spec.parameters, query, &mut problems);
        (parsed, problems.into_iter().filter_map(|problem| problem.pointer).collect())
    }

    #[test]
    fn known_parameters_are_parsed_and_others_ignored() {
        let (query, problems) = parse(
            "comments.index",
            "include=owner%2Creplies&sort=owner_desc&page_size=100&x=1&sort\
             &include_total_count=true&timestamp_as_timecode=true&type=x",
        );
        assert_eq!(problems, ["/sort"], "the empty value is invalid");
        assert!(query.includes("owner") && query.includes("replies") && !query.includes("creator"));
        assert!(query.flag("include_total_count") && query.flag("timestamp_as_timecode"));
        assert!(query.wants_type("file"), "this operation has no such parameter");
        assert_eq!((query.text("sort"), query.window()), (Some("owner_desc"), (0, 100)));

        let (query, problems) = parse("folders.index", "include=media_links.original&type=file");
        assert!(problems.is_empty(), "{problems:?}");
        assert!(query.included("media_links.").eq(["original"]));
        assert!(query.wants_type("file") && !query.wants_type("folder"));
    }

    #[test]
    fn missing_parameters_have_the_default_of_the_contract() {
        let (query, _) = parse("files.copy", "copy_metadata=true&copy_metadata=false");
        assert_eq!(query.text("copy_comments"), Some("none"));
        assert!(!query.flag("copy_metadata"), "the last value counts");
        assert_eq!(parse("files.list", "").0.window(), (0, 50));
        assert_eq!(parse("projects.recently_deleted", "").0.window(), (0, 50));
    }

    #[test]
    fn keys_of_filters_are_in_brackets() {
        let id = "accounts.auditlog_index";
        let (query, problems) = parse(
            id,
            "filters%5Bip_address%5D=::+1&filters[event_type]=asset_created&filters[x]=1",
        );
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(query.text("filters[ip_address]"), Some(":: 1"));
        assert_eq!(query.text("filters[user_id]"), None);
        assert_eq!(query.text("filters[event_type]"), Some("asset_created"));
        let wrong = "filters[event_type]=no&filters[from_date]=today&filters[user_id]=u&filters=x";
        let at = ["/filters/event_type", "/filters/from_date", "/filters/user_id", "/filters"];
        assert_eq!(parse(id, wrong).1, at);
        let flags = "filters[exclude_immutable]=true&filters[exclude_inactive]=yes";
        let (query, problems) = parse("metadata_fields.metadata_field_definitions_index", flags);
        assert_eq!(problems, ["/filters/exclude_inactive"]);
        assert!(query.flag("filters[exclude_immutable]"));
    }

    #[test]
    fn invalid_values_are_reported_by_parameter() {
        let wrong = "include=creator,x&sort=size&page_size=501&include_total_count=1&after=x&type=";
        let names = ["/include", "/sort", "/page_size", "/include_total_count", "/after", "/type"];
        assert_eq!(parse("folders.index", wrong).1, names);
        assert_eq!(parse("folders.index", "page_size=0").1, ["/page_size"]);
        assert_eq!(parse("folders.index", "page_size=many").1, ["/page_size"]);
        assert_eq!(parse("shares.list_assets", "page_size=101").1, ["/page_size"]);
        let sorted = parse("comments.index", "sort=owner_desc").1;
        assert_eq!(sorted, ["/sort"], "sorting by owner requires its inclusion");
    }

    #[test]
    fn a_cursor_must_be_complete_and_encoded() {
        let parse = |query: &str| parse("files.list", query);
        let encoded = utf8_percent_encode(&cursor::at(70), NON_ALPHANUMERIC).to_string();
        assert_eq!(parse(&format!("after={encoded}")).0.window(), (70, 50));
        assert_eq!(parse(&format!("after={}", cursor::at(70))).1, ["/after"]);
        assert_eq!(cursor::offset_of(&cursor::at(70).replace("70", "71")), None);
    }
}
