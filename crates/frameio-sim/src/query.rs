//! What a query may hold, as a table, and pages of a list.

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

use crate::respond::{Outcome, Problem, Reply};
use crate::state::{Ctx, Row};

const DEFAULT_PAGE_SIZE: usize = 50;

/// The rule of one query parameter; `Page` stands for three.
#[derive(Debug)]
pub(crate) enum Param {
    /// `include`: any of these, separated by commas.
    Include(&'static [&'static str]),
    /// `sort`: one of these.
    Sort(&'static [&'static str]),
    /// `type`: any of these, separated by commas.
    Types(&'static [&'static str]),
    /// `after`, `include_total_count`, and `page_size` of at most so many.
    Page(usize),
    /// `timestamp_as_timecode`.
    AsTimecode,
}

/// The parameters of a request; what the operation does not know is ignored.
#[derive(Debug, Default)]
pub(crate) struct Query {
    include: Vec<String>,
    types: Vec<String>,
    sort: Option<String>,
    after: usize,
    page_size: Option<usize>,
    total: bool,
    pub(crate) as_timecode: bool,
}

impl Query {
    /// Reads the parameters; adds what is wrong with them to `problems`.
    pub(crate) fn parse(params: &[Param], query: &str, problems: &mut Vec<Problem>) -> Self {
        let mut parsed = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name), decode(value));
            if let Some(Err(detail)) = params.iter().find_map(|p| parsed.read(p, &name, &value)) {
                problems.push(Problem::at(format!("/{name}"), detail));
            }
        }
        if parsed.sort.as_deref().is_some_and(|sort| sort.starts_with("owner_"))
            && !parsed.includes("owner")
        {
            problems.push(Problem::at("/sort", "by owner needs `include=owner`"));
        }
        parsed
    }

    /// Reads one parameter, if `param` is the rule of it.
    fn read(&mut self, param: &Param, name: &str, value: &str) -> Option<Result<(), String>> {
        Some(match (param, name) {
            (Param::Include(names), "include") => {
                list(names, value).map(|include| self.include = include)
            }
            (Param::Types(names), "type") => list(names, value).map(|types| self.types = types),
            (Param::Sort(names), "sort") => one_of(names, value).map(|sort| self.sort = Some(sort)),
            (Param::Page(_), "after") => offset_of(value)
                .map(|after| self.after = after)
                .ok_or_else(|| "is not a cursor of a page".to_owned()),
            (Param::Page(_), "include_total_count") => flag(value).map(|total| self.total = total),
            (&Param::Page(max), "page_size") => match value.parse() {
                Ok(size) if (1..=max).contains(&size) => {
                    self.page_size = Some(size);
                    Ok(())
                }
                _ => Err(format!("is `{value}`, allowed are 1 to {max}")),
            },
            (Param::AsTimecode, "timestamp_as_timecode") => {
                flag(value).map(|timecode| self.as_timecode = timecode)
            }
            _ => return None,
        })
    }

    /// Whether `include` names it.
    pub(crate) fn includes(&self, name: &str) -> bool {
        self.include.iter().any(|include| include == name)
    }

    /// What `include` names below `prefix`.
    pub(crate) fn included<'a>(&'a self, prefix: &'static str) -> impl Iterator<Item = &'a str> {
        self.include.iter().filter_map(move |include| include.strip_prefix(prefix))
    }

    /// Whether `type` allows it; without the parameter every type is.
    pub(crate) fn wants_type(&self, name: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|wanted| wanted == name)
    }
}

fn list(names: &[&str], value: &str) -> Result<Vec<String>, String> {
    value.split(',').map(|item| one_of(names, item)).collect()
}

fn one_of(names: &[&str], value: &str) -> Result<String, String> {
    if names.contains(&value) {
        Ok(value.to_owned())
    } else {
        Err(format!("`{value}` is not one of {}", names.join(", ")))
    }
}

fn flag(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| format!("is `{value}`, allowed are true and false"))
}

/// As forms are decoded: a `+` that should stay one has to be encoded.
fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Answers with the page of `rows` that the query asks for.
pub(crate) fn page(ctx: &Ctx<'_>, mut rows: Vec<&Row>, render: impl Fn(&Row) -> Value) -> Outcome {
    let query = &ctx.query;
    if let Some((field, direction)) = query.sort.as_deref().and_then(|sort| sort.rsplit_once('_')) {
        rows.sort_by(|a, b| {
            let order = compare(a.field(field), b.field(field));
            if direction == "desc" { order.reverse() } else { order }
        });
    }
    let end = query.after.saturating_add(query.page_size.unwrap_or(DEFAULT_PAGE_SIZE));
    let data: Vec<Value> = rows.iter().take(end).skip(query.after).map(|row| render(row)).collect();
    let next = (end < rows.len()).then(|| {
        format!("{}?after={}", ctx.path, utf8_percent_encode(&cursor(end), NON_ALPHANUMERIC))
    });
    let mut body = json!({"data": data, "links": {"next": next}});
    if query.total {
        body["total_count"] = rows.len().into();
    }
    Ok(Reply::whole(StatusCode::OK, body))
}

/// Numbers by size, text by code point, and what is not there first.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_u64().cmp(&b.as_u64()),
        _ => a.as_str().cmp(&b.as_str()),
    }
}

/// A cursor holds an offset, as the service's do, and a check. Its `+`, `/` and `=` are lost by
/// a client that does not encode it.
fn cursor(offset: usize) -> String {
    format!("at+{offset}/{:016x}=", check(offset))
}

fn offset_of(cursor: &str) -> Option<usize> {
    let rest = cursor.strip_prefix("at+")?.strip_suffix('=')?;
    let (offset, given) = rest.split_once('/')?;
    let offset = offset.parse().ok()?;
    (given == format!("{:016x}", check(offset))).then_some(offset)
}

/// Without a secret, so that a saved cursor is good for the next run too.
fn check(offset: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    ("frameio-sim cursor", offset).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: &[Param] = &[
        Param::Include(&["owner", "media_links.original", "replies"]),
        Param::Sort(&["name_asc", "owner_desc"]),
        Param::Types(&["file", "folder"]),
        Param::Page(100),
        Param::AsTimecode,
    ];

    fn parse(query: &str) -> (Query, Vec<String>) {
        let mut problems = Vec::new();
        let parsed = Query::parse(PARAMS, query, &mut problems);
        (parsed, problems.into_iter().filter_map(|problem| problem.pointer).collect())
    }

    #[test]
    fn known_parameters_are_read_and_others_ignored() {
        let (query, problems) = parse(
            "include=owner%2Cmedia_links.original&sort=owner_desc&page_size=100&x=1&\
             include_total_count=true&timestamp_as_timecode=true&type=file",
        );
        assert!(problems.is_empty(), "{problems:?}");
        assert!(query.includes("owner") && !query.includes("replies"));
        assert!(query.included("media_links.").eq(["original"]));
        assert!(query.wants_type("file") && !query.wants_type("folder"));
        assert!(query.total && query.as_timecode);
        assert_eq!(query.page_size, Some(100));
    }

    #[test]
    fn wrong_values_are_told_by_their_names() {
        let wrong = "include=owner,x&sort=size&page_size=101&include_total_count=1&after=x&type=";
        let names = ["/include", "/sort", "/page_size", "/include_total_count", "/after", "/type"];
        assert_eq!(parse(wrong).1, names);
        assert_eq!(parse("page_size=0").1, ["/page_size"]);
        assert_eq!(parse("sort=owner_desc").1, ["/sort"], "needs the owner to be included");
    }

    #[test]
    fn a_cursor_comes_back_only_whole_and_encoded() {
        let encoded = utf8_percent_encode(&cursor(70), NON_ALPHANUMERIC).to_string();
        assert_eq!(parse(&format!("after={encoded}")).0.after, 70);
        assert_eq!(parse(&format!("after={}", cursor(70))).1, ["/after"]);
        assert_eq!(offset_of(&cursor(70).replace("70", "71")), None);
    }
}
