//! Filters in the language of jq.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Exn, Vars, data, load};
use jaq_json::{Val, read};
use serde_json::Value;

use super::escape::Escaped;
use crate::exit::{Failure, Status};

type Data = data::JustLut<Val>;

/// Definitions in addition to those of the interpreter, which they override.
const DEFINITIONS: &str = include_str!("definitions.jq");

thread_local! {
    /// The last filter of each thread. To compile one takes longer than to apply it to most results.
    static COMPILED: RefCell<Option<(String, Jq)>> = const { RefCell::new(None) };
}

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
        let own = load::parse(DEFINITIONS, |parser| parser.defs()).unwrap_or_default();
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let definitions = definitions.chain(own);
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

    /// Compiles the value of `--jq`, once in each thread.
    pub(crate) fn of_argument(code: &str) -> Result<Self, Failure> {
        COMPILED.with_borrow_mut(|last| match last {
            Some((compiled, filter)) if compiled == code => Ok(filter.clone()),
            _ => {
                let filter = Self::new(code);
                let filter = filter.map_err(|reason| Failure::value("--jq", code, reason))?;
                Ok(last.insert((code.to_owned(), filter)).1.clone())
            }
        })
    }

    /// Applies the filter to a value, and passes each output to `print` before it computes the next one.
    pub(super) fn run(
        &self,
        value: &Value,
        mut print: impl FnMut(Output) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let failed = |error: String| Failure::new(Status::Other, format!("'--jq': {error}"));
        let input = read::parse_single(value.to_string().as_bytes());
        let input = input.map_err(|error| failed(error.to_string()))?;
        let context = Ctx::<Data>::new(&self.0.lut, Vars::new([]));
        for output in self.0.id.run((context, input)) {
            match output.map_err(Exn::get_err) {
                Ok(value) => print(value.into())?,
                Err(Ok(error)) => return Err(failed(Output::from(error.into_val()).into_text())),
                // `halt` ends the filter, not the program.
                Err(Err(_)) => break,
            }
        }
        Ok(())
    }
}

impl Output {
    /// Returns the text to print.
    pub(super) fn escaped(&self) -> Escaped {
        match self {
            Self::Text(text) => Escaped::for_programs(text),
            Self::Json(json) => Escaped::json_text(json),
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::Text(text) | Self::Json(text) => text,
        }
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
        let mut outputs = Vec::new();
        let run = Jq::new(code).unwrap().run(value, |output| {
            outputs.push(output);
            Ok(())
        });
        run.unwrap();
        outputs
    }

    fn failure(code: &str, value: &Value) -> Failure {
        Jq::new(code).unwrap().run(value, |_| Ok(())).unwrap_err()
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
        assert_eq!(failure(".a.b", &json!({"a": "text"})).status, Status::Other);
    }

    #[test]
    fn formats_rows_as_csv_and_tsv() {
        let value = json!(["a \"b\"", 7, null, true, "tab\tline\n\\", ""]);
        let csv = "\"a \"\"b\"\"\",7,,true,\"tab\tline\n\\\",\"\"";
        assert_eq!(outputs("@csv", &value), [Output::Text(csv.into())]);
        let tsv = "a \"b\"\t7\t\ttrue\ttab\\tline\\n\\\\\t";
        assert_eq!(outputs("@tsv", &value), [Output::Text(tsv.into())]);
        assert_eq!(outputs("@csv", &json!([])), [Output::Text(String::new())]);
        for (code, value, reason) in [
            ("@csv", json!("text"), "'--jq': @csv needs an array, not string"),
            ("@tsv", json!([[1]]), "'--jq': an array or object cannot be a field of @tsv"),
        ] {
            assert_eq!(failure(code, &value).message, reason);
        }
    }

    #[test]
    fn halt_error_fails_with_its_input() {
        for code in ["halt_error", "halt_error(3)", "if true then halt_error end"] {
            let failure = failure(code, &json!("no version"));
            assert_eq!(failure.message, "'--jq': no version", "{code}");
            assert_eq!(failure.status, Status::Other);
        }
        assert_eq!(failure("{a} | halt_error", &json!({"a": 1})).message, r#"'--jq': {"a":1}"#);
    }
}
