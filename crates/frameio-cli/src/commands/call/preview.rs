//! Requests as text, without sending them.

use frameio::Body;
use http::Request;
use serde_json::{Map, Value, json};

use crate::args::JsonArgs;
use crate::exit::{Failure, Status};
use crate::report::{Reporter, json_text};

/// Prints a request, or the curl command that sends it. The token is not part of either.
pub(super) fn print(
    json: &JsonArgs,
    request: &Request<Body>,
    api_url: &str,
    as_curl: bool,
) -> Result<(), Failure> {
    let url = format!("{}{}", api_url.trim_end_matches('/'), request.uri());
    let unreadable =
        || Failure::new(Status::Other, "the body of this request cannot be shown as text");
    let body = request.body().as_bytes().ok_or_else(unreadable)?;
    let body = std::str::from_utf8(body).map_err(|_| unreadable())?;
    if as_curl {
        let reporter = Reporter::text();
        return curl(request, &url, body).iter().try_for_each(|line| reporter.line(line));
    }
    let body = match body {
        "" => Value::Null,
        body => serde_json::from_str(body).map_err(|_| unreadable())?,
    };
    if json.is_json() {
        let headers: Map<_, _> =
            headers(request).map(|(name, value)| (name.to_owned(), value.into())).collect();
        return json.reporter().json_line(&json!({
            "method": request.method().as_str(), "url": url, "headers": headers, "body": body,
        }));
    }
    let reporter = Reporter::text();
    reporter.line(&format!("{} {url}", request.method()))?;
    reporter.line("authorization: Bearer ***")?;
    headers(request).try_for_each(|(name, value)| reporter.line(&format!("{name}: {value}")))?;
    if !body.is_null() {
        reporter.line("")?;
    }
    reporter.value(&body)
}

/// Returns the headers of a request that the user may see.
fn headers(request: &Request<Body>) -> impl Iterator<Item = (&str, &str)> {
    let shown = request.headers().iter().filter(|(_, value)| !value.is_sensitive());
    shown.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
}

/// Returns the lines of a curl command for a POSIX shell.
fn curl(request: &Request<Body>, url: &str, body: &str) -> Vec<String> {
    let mut words = vec![format!("curl --request {}", request.method())];
    // The shell inserts the token, so that it is in no file and no history.
    words.push("--header \"authorization: Bearer $FRAMEIO_TOKEN\"".to_owned());
    words.extend(
        headers(request)
            .map(|(name, value)| format!("--header {}", quoted(&format!("{name}: {value}")))),
    );
    if !body.is_empty() {
        words.push(format!("--data-raw {}", quoted(&json_text(body))));
    }
    words.push(quoted(url));
    let last = words.len() - 1;
    let line = |(number, word): (usize, &String)| {
        let indent = if number == 0 { "" } else { "  " };
        let end = if number == last { "" } else { " \\" };
        format!("{indent}{word}{end}")
    };
    words.iter().enumerate().map(line).collect()
}

/// Quotes a word for a POSIX shell, if it needs quotes.
pub(in crate::commands) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_words_for_a_shell() {
        for (word, expected) in [
            ("name=Stills", "name=Stills"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's $HOME `x` \\", r"'it'\''s $HOME `x` \'"),
            ("a[]=1", "'a[]=1'"),
            ("~/x", "'~/x'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
