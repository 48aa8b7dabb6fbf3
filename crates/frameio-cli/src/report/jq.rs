//! Filters in the language of jq.

use std::fmt;
use std::rc::Rc;

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Exn, Vars, data, load};
use jaq_json::{Val, read};
use serde_json::Value;

use crate::exit::{Failure, Status};

type Data = data::JustLut<Val>;

/// Formats of rows, which jq has and the libraries lack.
const ROWS: &str = r#"
def row(text; separator): map(
    if type == "string" then text
    elif . == null then ""
    elif type == "array" or type == "object" then error("\(type) in a row")
    else tojson end
) | join(separator);
def replaced(old; new): split(old) | join(new);
def @csv: row("\"" + replaced("\""; "\"\"") + "\""; ",");
def @tsv: row(
    replaced("\\"; "\\\\") | replaced("\t"; "\\t") | replaced("\n"; "\\n") | replaced("\r"; "\\r");
    "\t"
);
"#;

/// Compiled filter.
#[derive(Clone)]
pub(crate) struct Jq(Rc<jaq_core::Filter<Data>>);

impl fmt::Debug for Jq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jq")
    }
}

/// Output of a filter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// A string, printed without quotes.
    Text(String),
    /// Any other value.
    Json(String),
}

impl Jq {
    /// Compiles an expression, or returns the reason why it is invalid.
    pub(crate) fn new(code: &str) -> Result<Self, String> {
        let rows = load::parse(ROWS, |parser| parser.defs()).unwrap_or_default();
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let definitions = definitions.chain(rows);
        let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let invalid = || "invalid expression".to_owned();
        let (loader, arena) = (Loader::new(definitions), Arena::default());
        let modules = loader.load(&arena, File { code, path: () }).map_err(|errors| {
            let first = errors.into_iter().next().map(|(_, error)| describe(error));
            first.unwrap_or_else(invalid)
        })?;
        let filter =
            Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
                let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
                first.map_or_else(invalid, |(name, what)| {
                    format!("no such {} '{name}'", what.as_str())
                })
            })?;
        Ok(Self(Rc::new(filter)))
    }

    /// Checks an expression in the arguments, before anything is sent.
    pub(crate) fn check(code: &str) -> Result<String, String> {
        Self::new(code).map(|_| code.to_owned())
    }

    /// Applies the filter to a value.
    pub(super) fn run(&self, value: &Value) -> Result<Vec<Output>, Failure> {
        let failed = |error: String| Failure::new(Status::Other, format!("'--jq': {error}"));
        let input = read::parse_single(value.to_string().as_bytes());
        let input = input.map_err(|error| failed(error.to_string()))?;
        let context = Ctx::<Data>::new(&self.0.lut, Vars::new([]));
        let mut outputs = Vec::new();
        for output in self.0.id.run((context, input)) {
            match output.map_err(Exn::get_err) {
                Ok(value) => outputs.push(value.into()),
                Err(Ok(error)) => return Err(failed(error.to_string())),
                // `halt` ends the filter, and `halt_error` is a failure.
                Err(Err(exception)) => match exception.get_halt() {
                    Ok(0) | Err(_) => break,
                    Ok(status) => return Err(failed(format!("halted with status {status}"))),
                },
            }
        }
        Ok(outputs)
    }
}

impl From<Val> for Output {
    fn from(value: Val) -> Self {
        match value {
            Val::TStr(text) => Self::Text(String::from_utf8_lossy(&text).into_owned()),
            value => Self::Json(value.to_string()),
        }
    }
}

/// Returns what was expected, and the text in its place.
fn describe(error: load::Error<&str>) -> String {
    let expected = |what: &str, found: &str| match found.trim() {
        "" => format!("expected {what} at the end"),
        found => format!("expected {what} at '{found}'"),
    };
    let first = match error {
        load::Error::Io(_) => Some("modules are not supported".to_owned()),
        load::Error::Lex(errors) => {
            errors.into_iter().next().map(|(what, found)| expected(what.as_str(), found))
        }
        load::Error::Parse(errors) => {
            errors.into_iter().next().map(|(what, found)| expected(what.as_str(), found))
        }
    };
    first.unwrap_or_else(|| "invalid expression".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outputs(code: &str, value: &Value) -> Vec<Output> {
        Jq::new(code).unwrap().run(value).unwrap()
    }

    #[test]
    fn strings_are_printed_without_quotes() {
        let value = json!({"name": "a \"b\"", "sizes": [1, 2.5, 12345678901234567890_u64]});
        assert_eq!(outputs(".name", &value), [Output::Text("a \"b\"".into())]);
        let sizes = ["1", "2.5", "12345678901234567890"].map(|it| Output::Json(it.into()));
        assert_eq!(outputs(".sizes[]", &value), sizes);
        assert_eq!(outputs("{n: .name}", &value), [Output::Json(r#"{"n":"a \"b\""}"#.into())]);
        assert_eq!(outputs("empty", &value), []);
        assert_eq!(outputs("1, halt, 2", &value), [Output::Json("1".into())]);
        assert_eq!(
            outputs("[.sizes[] | select(. > 2)] | length", &value),
            [Output::Json("2".into())]
        );
    }

    #[test]
    fn rows_are_formatted_as_by_jq() {
        let value = json!(["a\tb\"c\\", 1, null, true]);
        assert_eq!(outputs("@tsv", &value), [Output::Text("a\\tb\"c\\\\\t1\t\ttrue".into())]);
        assert_eq!(outputs("@csv", &value), [Output::Text("\"a\tb\"\"c\\\",1,,true".into())]);
        let nested = Jq::new("@csv").unwrap().run(&json!([[1]])).unwrap_err();
        assert!(nested.message.contains("array in a row"), "{nested:?}");
    }

    #[test]
    fn halt_error_fails() {
        for code in ["halt_error", "1, halt_error(3)"] {
            let failure = Jq::new(code).unwrap().run(&json!("why")).unwrap_err();
            assert!(failure.message.contains("halted with status"), "{code}: {failure:?}");
        }
    }

    #[test]
    fn refuses_an_invalid_filter_with_the_reason() {
        for (code, reason) in [
            (".[", "expected closing bracket"),
            ("nonsense", "no such filter 'nonsense'"),
            ("$x", "no such variable '$x'"),
            ("", "expected term at the end"),
            ("if . then 1", "expected"),
        ] {
            let message = Jq::new(code).err().unwrap_or_default();
            assert!(message.contains(reason), "{code}: {message}");
        }
        let failure = Jq::new(".a.b").unwrap().run(&json!({"a": "text"})).unwrap_err();
        assert_eq!(failure.status, Status::Other);
    }
}
