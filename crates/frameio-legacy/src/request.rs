//! Requests of the legacy API, as the old clients send them.

use std::fmt;

use http::header::HOST;
use http::{HeaderMap, Method, Uri};
use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// A request whose path matched a route.
pub(crate) struct LegacyRequest {
    pub(crate) method: Method,
    /// Path without a trailing slash.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// Fields of the body; empty for `GET`, whose body the legacy API ignored.
    pub(crate) body: Map<String, Value>,
    pub(crate) headers: HeaderMap,
    /// Scheme and host that the client reached the façade by.
    pub(crate) base_url: String,
}

/// Largest page that is returned.
const MAX_PAGE_SIZE: u64 = 1000;

/// The part of a list that a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    pub(crate) page: u64,
    pub(crate) size: u64,
    /// Whether all items are returned as one page.
    pub(crate) all: bool,
}

impl Paging {
    /// Returns the index of the first item of the page.
    pub(crate) fn start(self) -> u64 {
        if self.all { 0 } else { (self.page - 1).saturating_mul(self.size) }
    }
}

impl LegacyRequest {
    /// Returns the value of a query parameter; the last one counts.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the page that the query asks for.
    ///
    /// Version 2 of the official SDK asks for its second page at a broken path, so it gets all items
    /// in one page.
    pub(crate) fn paging(&self, default_size: u64) -> Paging {
        let number = |name| self.query(name).and_then(|text| text.trim().parse::<u64>().ok());
        self.paging_of(number("page"), number("page_size"), default_size)
    }

    /// Returns a page by numbers that are not in the query.
    pub(crate) fn paging_of(
        &self,
        page: Option<u64>,
        size: Option<u64>,
        default_size: u64,
    ) -> Paging {
        let client = self.headers.get("x-frameio-client").and_then(|value| value.to_str().ok());
        Paging {
            page: page.unwrap_or(1).max(1),
            size: size.filter(|size| *size > 0).unwrap_or(default_size).min(MAX_PAGE_SIZE),
            all: client.is_some_and(|client| client.starts_with("python/2")),
        }
    }

    /// Returns the URL of another page of the list, for the header `link`.
    ///
    /// After a search by `POST`, public programs split the URL at `=`: it has nothing but the page.
    pub(crate) fn page_url(&self, page: u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if self.method == Method::GET {
            let others = self.query.iter().filter(|(key, _)| key != "page");
            for (key, value) in others {
                query.append_pair(key, value);
            }
        }
        query.append_pair("page", &page.to_string());
        format!("{}{}?{}", self.base_url, self.path, query.finish())
    }
}

impl fmt::Debug for LegacyRequest {
    /// Leaves out headers, query and body: they may contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LegacyRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Returns the path with single slashes and without a trailing one.
pub(crate) fn normalize_path(path: &str) -> String {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    segments.fold(String::new(), |path, segment| path + "/" + segment)
}

/// Reads a query. A second `?`, which the official SDK sends, separates as `&` does.
pub(crate) fn read_query(uri: &Uri) -> Vec<(String, String)> {
    let query = uri.query().unwrap_or_default().replace('?', "&");
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}

/// Reads a body: a JSON object, a form, or nothing.
pub(crate) fn read_body(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let is_form =
        |it: &str| it.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded");
    if content_type.is_some_and(is_form) {
        let pairs = form_urlencoded::parse(body);
        return Ok(nest(pairs.map(|(key, value)| (key.into_owned(), value.into_owned()))));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(Refusal::invalid("the body is not a JSON object")),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let detail = format!("the body is not JSON: line {line}, column {column}");
            Err(Refusal::invalid(detail))
        }
    }
}

/// Builds an object from names with brackets: `filter[type][op]=eq`.
pub(crate) fn nest(pairs: impl IntoIterator<Item = (String, String)>) -> Map<String, Value> {
    /// Maximum number of brackets; deeper names are ignored.
    const MAX_DEPTH: usize = 4;
    let mut fields = Map::new();
    for (name, value) in pairs {
        let parts: Vec<&str> = name.split(['[', ']']).filter(|part| !part.is_empty()).collect();
        let Some((last, path)) = parts.split_last() else { continue };
        if path.len() >= MAX_DEPTH {
            continue;
        }
        let mut at = Some(&mut fields);
        for part in path {
            let next = at.and_then(|at| {
                at.entry(*part).or_insert_with(|| Map::new().into()).as_object_mut()
            });
            at = next;
        }
        if let Some(at) = at {
            at.insert((*last).to_owned(), value.into());
        }
    }
    fields
}

/// Returns `http://host` as the client addressed the façade.
pub(crate) fn base_url(uri: &Uri, headers: &HeaderMap, public_url: Option<&str>) -> String {
    if let Some(url) = public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(|authority| authority.as_str()));
    let fits = |host: &&str| {
        host.parse::<http::uri::Authority>().is_ok_and(|it| !it.as_str().contains('@'))
    };
    let scheme = uri.scheme_str().unwrap_or("http");
    format!("{scheme}://{}", host.filter(fits).unwrap_or("localhost"))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn request(query: &str, client: Option<&'static str>) -> LegacyRequest {
        let mut headers = HeaderMap::new();
        if let Some(client) = client {
            headers.insert("x-frameio-client", HeaderValue::from_static(client));
        }
        LegacyRequest {
            method: Method::GET,
            path: "/v2/teams".to_owned(),
            query: read_query(&format!("/v2/teams?{query}").parse().unwrap()),
            body: Map::new(),
            headers,
            base_url: "http://localhost".to_owned(),
        }
    }

    #[test]
    fn a_second_question_mark_separates() {
        let request = request("include=project_role?page=2", None);
        assert_eq!(request.query("include"), Some("project_role"));
        assert_eq!(request.paging(50), Paging { page: 2, size: 50, all: false });
        assert_eq!(request.page_url(3), "http://localhost/v2/teams?include=project_role&page=3");
    }

    #[test]
    fn pages_have_limits() {
        let of = |query: &str| request(query, None).paging(50);
        assert_eq!(of(""), Paging { page: 1, size: 50, all: false });
        assert_eq!(of("page=0&page_size=0"), Paging { page: 1, size: 50, all: false });
        assert_eq!(of("page=x&page_size=-1"), Paging { page: 1, size: 50, all: false });
        assert_eq!(of("page_size=9999").size, 1000);
        let far = of("page=18446744073709551615&page_size=1000");
        assert_eq!(far.start(), u64::MAX);
        let paging = request("page=2", Some("python/2.0.1")).paging(50);
        assert_eq!((paging.all, paging.start()), (true, 0));
        assert!(!request("", Some("python/1.1.0")).paging(50).all);
    }

    #[test]
    fn a_search_links_to_nothing_but_the_page() {
        let mut request = request("q=clip", None);
        request.method = Method::POST;
        assert_eq!(request.page_url(2).split('=').nth(1), Some("2"));
    }

    #[test]
    fn bodies_are_objects_forms_or_nothing() {
        let json = HeaderMap::new();
        assert_eq!(read_body(&json, b" ").unwrap(), Map::new());
        assert_eq!(Value::from(read_body(&json, b"{\"a\": [1]}").unwrap()), json!({"a": [1]}));
        for wrong in [&b"[]"[..], b"7", b"{", b"\xff"] {
            assert_eq!(read_body(&json, wrong).unwrap_err().status, 422);
        }
        let mut form = HeaderMap::new();
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
        form.insert(http::header::CONTENT_TYPE, kind);
        let body = read_body(&form, b"q=a+b&filter[type][op]=eq&filter[type][value]=file&[]=x");
        let expected = json!({"q": "a b", "filter": {"type": {"op": "eq", "value": "file"}}});
        assert_eq!(Value::from(body.unwrap()), expected);
    }

    #[test]
    fn paths_are_normalized() {
        assert_eq!(normalize_path("//v2//me/"), "/v2/me");
        assert_eq!(normalize_path("/"), "");
    }

    #[test]
    fn a_host_that_is_none_is_not_repeated() {
        let base = |host: &'static str| {
            let headers = [(HOST, HeaderValue::from_static(host))].into_iter().collect();
            base_url(&Uri::from_static("/v2/me"), &headers, None)
        };
        assert_eq!(base("127.0.0.1:80"), "http://127.0.0.1:80");
        for wrong in ["", "a b", "user@host", "a/b"] {
            assert_eq!(base(wrong), "http://localhost", "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_reading_panic(query in "\\PC{0,60}", body in any::<Vec<u8>>()) {
            let pairs = form_urlencoded::parse(query.as_bytes());
            nest(pairs.map(|(key, value)| (key.into_owned(), value.into_owned())));
            let _ = read_body(&HeaderMap::new(), &body);
        }
    }
}
