//! Replacement of secrets and personal data.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use http::{HeaderMap, Uri};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::fields::{
    EXTENSIONS, FieldKind, METADATA_FIELDS, SEGMENTS, field_of, is_plain_parameter,
};
use crate::shape::{
    is_color, is_email, is_field_name, is_media_type, is_number, is_time, is_url, is_uuid, is_word,
};

/// Hosts whose URLs keep their host and documented segments.
const FRAME_HOSTS: [&str; 5] =
    ["api.frame.io", "app.frame.io", "f.io", "frame.io", "next.frame.io"];

/// Start of the UUIDs that replace others.
const UUID: &str = "00000000-0000-4000-8000-";
/// Start of the URLs that replace others.
const URL: &str = "https://example.invalid/url-";

/// Kinds of numbered replacements, such as `name-3`.
const KINDS: [&str; 6] = ["cursor", "id", "key", "name", "secret", "text"];

/// Headers that are kept if their values have the documented form.
const HEADERS: [&str; 6] = [
    "api-version",
    "content-type",
    "retry-after",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-window",
];

/// Replaces secrets and personal data in requests and responses.
///
/// The same original always gets the same replacement. Everything is replaced except what is known
/// to be harmless: numbers, booleans, times, media types, colours, names of fields, and the words of
/// documented enums. So a field that the service adds tomorrow is replaced too.
///
/// ```
/// use frameio_cassette::Scrubber;
/// use serde_json::json;
///
/// let mut scrubber = Scrubber::new();
/// let mut user = json!({"name": "Kim", "email": "kim@studio.example", "role": "editor"});
/// scrubber.json(&mut user);
/// assert_eq!(user, json!({"name": "name-1", "email": "person-1@example.com", "role": "editor"}));
/// assert_eq!(scrubber.text("text", "Kim"), "name-1");
/// ```
#[derive(Clone, Default)]
pub struct Scrubber {
    replacements: HashMap<String, String>,
    counts: BTreeMap<&'static str, u64>,
}

impl Scrubber {
    /// Creates a scrubber that has replaced nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the texts and the unusual keys of a JSON value.
    pub fn json(&mut self, value: &mut Value) {
        self.field("", value);
    }

    fn field(&mut self, name: &str, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(name, text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.field(name, item)),
            Value::Object(fields) => self.object(fields),
            Value::Number(_) if FieldKind::of(name) == FieldKind::Secret => *value = Value::from(0),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn object(&mut self, fields: &mut Map<String, Value>) {
        for (name, mut value) in std::mem::take(fields) {
            self.field(&name, &mut value);
            let name = if is_field_name(&name) { name } else { self.numbered("key", &name) };
            fields.insert(name, value);
        }
    }

    /// Returns the text to write for the value of a field.
    pub fn text(&mut self, field: &str, text: &str) -> String {
        let kind = FieldKind::of(field);
        if text.is_empty() {
            return String::new();
        }
        if kind == FieldKind::Secret {
            return self.numbered("secret", text);
        }
        if is_uuid(text) {
            return self.replaced("uuid", text, |number| format!("{UUID}{number:012x}"));
        }
        if is_url(text) || text.starts_with("/v4/") {
            return self.url(text);
        }
        let is_kept = match kind {
            FieldKind::Word => is_word(text),
            FieldKind::MediaType => is_media_type(text) || is_word(text),
            FieldKind::MetadataField => METADATA_FIELDS.contains(&text),
            FieldKind::Pointer => text
                .split('/')
                .all(|step| step.is_empty() || is_number(step) || is_field_name(step)),
            FieldKind::Secret
            | FieldKind::Id
            | FieldKind::Name
            | FieldKind::Cursor
            | FieldKind::Text => is_time(text) || is_color(text),
        };
        match kind {
            _ if is_kept => text.to_owned(),
            FieldKind::Id => self.numbered("id", text),
            _ if is_email(text) => {
                self.replaced("person", text, |number| format!("person-{number}@example.com"))
            }
            FieldKind::Name => self.name(text),
            FieldKind::Cursor => self.numbered("cursor", text),
            _ => self.numbered("text", text),
        }
    }

    /// Returns the numbered replacement of a name, with the extension of a media file.
    fn name(&mut self, name: &str) -> String {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let extension = extension.filter(|it| EXTENSIONS.contains(&it.as_str()));
        self.replaced("name", name, |number| match extension {
            Some(extension) => format!("name-{number}.{extension}"),
            None => format!("name-{number}"),
        })
    }

    fn numbered(&mut self, kind: &'static str, text: &str) -> String {
        self.replaced(kind, text, |number| format!("{kind}-{number}"))
    }

    fn replaced(
        &mut self,
        kind: &'static str,
        text: &str,
        make: impl FnOnce(u64) -> String,
    ) -> String {
        if let Some(replacement) = self.replacements.get(text) {
            return replacement.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let replacement = make(*count);
        self.replacements.insert(text.to_owned(), replacement.clone());
        replacement
    }

    /// Returns the target of a request: path and query if it is a route of the API, or else the
    /// replacement of the whole URL.
    pub fn uri(&mut self, uri: &Uri) -> String {
        match uri.path().find("/v4/") {
            Some(start) => self.path_and_query(&uri.path()[start..], uri.query()),
            None if uri.host().is_none() => self.path_and_query(uri.path(), uri.query()),
            None => self.url(&uri.to_string()),
        }
    }

    /// Replaces a URL. Those of Frame.io keep their host and documented segments, and relative ones
    /// their path.
    fn url(&mut self, url: &str) -> String {
        let (start, rest) = match url.split_once("://") {
            Some((_, rest)) => {
                let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
                if !FRAME_HOSTS.contains(&host) {
                    return self.replaced("url", url, |number| format!("{URL}{number}"));
                }
                (format!("https://{host}"), path)
            }
            None => (String::new(), url),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        start + &self.path_and_query(path, query)
    }

    fn path_and_query(&mut self, path: &str, query: Option<&str>) -> String {
        let segments: Vec<_> = path.split('/').map(|segment| self.segment(segment)).collect();
        let mut target = segments.join("/");
        if let Some(query) = query.filter(|query| !query.is_empty()) {
            target.push('?');
            target.push_str(&self.pairs(query));
        }
        target
    }

    fn segment(&mut self, segment: &str) -> String {
        if segment.is_empty() || SEGMENTS.contains(&segment) {
            return segment.to_owned();
        }
        self.text("id", &percent_decode_str(segment).decode_utf8_lossy())
    }

    /// Replaces the values of a query, or of a form.
    pub(crate) fn pairs(&mut self, pairs: &str) -> String {
        let mut written = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(pairs.as_bytes()) {
            let field = field_of(&name);
            let value = match is_plain_parameter(&name, &value) {
                true => value.into_owned(),
                false => self.text(field, &value),
            };
            let is_name = is_field_name(field) && is_field_name(&name.replace(['[', ']'], "_"));
            let name = if is_name { name.into_owned() } else { self.numbered("key", &name) };
            written.append_pair(&name, &value);
        }
        written.finish()
    }

    /// Returns the headers that a cassette contains: versions, media types and quotas.
    pub(crate) fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
        let mut kept = BTreeMap::new();
        for name in HEADERS {
            let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) else {
                continue;
            };
            let is_harmless = match name {
                "content-type" => is_media_type(value),
                "api-version" => is_word(value) || value == "4.0",
                _ => is_number(value),
            };
            if is_harmless {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
        kept
    }
}

/// Returns whether a text of a cassette stands for a replaced original.
///
/// ```
/// use frameio_cassette::is_replacement;
///
/// assert!(is_replacement("name-2.mp4") && !is_replacement("Teaser.mp4"));
/// ```
pub fn is_replacement(text: &str) -> bool {
    let is_count = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = text.strip_prefix("person-") {
        return rest.strip_suffix("@example.com").is_some_and(is_count);
    }
    if let Some(number) = text.strip_prefix(URL) {
        return is_count(number);
    }
    if text.starts_with(UUID) {
        return is_uuid(text);
    }
    let Some((kind, number)) = text.split_once('-') else { return false };
    let number = match number.split_once('.') {
        Some((number, extension)) if kind == "name" && EXTENSIONS.contains(&extension) => number,
        _ => number,
    };
    KINDS.contains(&kind) && is_count(number)
}

/// Omits the originals.
impl fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrubber").field("counts", &self.counts).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn replaces_consistently_in_bodies_paths_and_queries() {
        let id = "0c2b7a10-1111-4222-8333-944455556666";
        let mut scrubber = Scrubber::new();
        let mut body = json!({"data": [{"id": id, "name": "Teaser.MP4", "type": "file"}],
            "links": {"next": format!("/v4/accounts/{id}/files?after=g3QAAAAB")}});
        scrubber.json(&mut body);
        let replaced = "00000000-0000-4000-8000-000000000001";
        assert_eq!(body["data"][0], json!({"id": replaced, "name": "name-1.mp4", "type": "file"}));
        let next = format!("/v4/accounts/{replaced}/files?after=cursor-1");
        assert_eq!(body["links"]["next"], json!(next));
        let uri = format!("http://127.0.0.1:9/p/v4/accounts/{id}/files?after=g3QAAAAB");
        assert_eq!(scrubber.uri(&uri.parse().unwrap()), next);
        let query = "/v4/accounts/adobe:x%7C2/files?page_size=2&include=media_links.original,creator\
                     &filters%5Bproject_id%5D=Kim&X-Amz-Signature=abc";
        assert_eq!(
            scrubber.uri(&query.parse().unwrap()),
            "/v4/accounts/id-1/files?page_size=2&include=media_links.original%2Ccreator\
             &filters%5Bproject_id%5D=id-2&key-1=text-1"
        );
    }

    #[test]
    fn keeps_the_structure_of_frame_io_links_and_no_other_url() {
        let id = "0c2b7a10-1111-4222-8333-944455556666";
        let mut scrubber = Scrubber::new();
        let view = format!("https://next.frame.io/project/{id}/view/{id}");
        let link = scrubber.text("view_url", &view);
        let replaced = "00000000-0000-4000-8000-000000000001";
        assert_eq!(link, format!("https://next.frame.io/project/{replaced}/view/{replaced}"));
        assert_eq!(scrubber.text("short_url", "https://f.io/AbC123"), "https://f.io/id-1");
        let signed = "https://bucket.s3.amazonaws.com/Teaser.mp4?X-Amz-Signature=abc";
        assert_eq!(scrubber.text("url", signed), "https://example.invalid/url-1");
        assert_eq!(scrubber.text("download_url", signed), "https://example.invalid/url-1");
    }

    #[test]
    fn a_documented_word_is_kept_only_in_its_field_and_form() {
        let mut scrubber = Scrubber::new();
        assert_eq!(scrubber.text("status", "transcoded"), "transcoded");
        assert_eq!(scrubber.text("text", "transcoded"), "text-1");
        assert_eq!(scrubber.text("status", "Kim approved"), "text-2");
        assert_eq!(scrubber.text("passphrase", "2026-01-05"), "secret-1");
        let mut number = json!({"passphrase": 4711, "file_size": 4711});
        scrubber.json(&mut number);
        assert_eq!(number, json!({"passphrase": 0, "file_size": 4711}));
        assert_eq!(scrubber.text("created_at", "2026-01-05T09:00:00Z"), "2026-01-05T09:00:00Z");
        assert_eq!(scrubber.text("field_definition_name", "Frame Rate"), "Frame Rate");
        assert_eq!(scrubber.text("field_definition_name", "Client"), "text-3");
    }

    #[test]
    fn recognizes_its_own_replacements() {
        let mut scrubber = Scrubber::new();
        for (field, text) in [
            ("id", "0c2b7a10-1111-4222-8333-944455556666"),
            ("id", "adobe:x"),
            ("name", "Teaser.mp4"),
            ("name", "Kim"),
            ("email", "kim@studio.example"),
            ("text", "Hello"),
            ("token", "abc"),
            ("after", "abc2"),
            ("url", "https://x.example/"),
        ] {
            let replacement = scrubber.text(field, text);
            assert!(is_replacement(&replacement) && !is_replacement(text), "{replacement}");
        }
        for text in ["name-", "name-x", "text-1.mp4", "person-1@example.org", "other-1"] {
            assert!(!is_replacement(text), "{text}");
        }
    }

    #[test]
    fn debug_output_has_no_originals() {
        let mut scrubber = Scrubber::new();
        scrubber.text("name", "canary");
        assert!(!format!("{scrubber:?}").contains("canary"));
    }
}
