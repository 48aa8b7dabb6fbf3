//! Values that differ from run to run.

use regex::{Captures, Regex};

/// Replaces values that differ from run to run.
pub(super) struct Redaction {
    texts: Vec<(String, String)>,
    times: Regex,
}

impl Redaction {
    /// Creates a redaction that replaces these texts too.
    pub(super) fn new(texts: &[(&str, &str)]) -> Self {
        let texts = texts.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned()));
        let times = r"\b(20\d\d-\d\d-\d\d)([T ])\d\d:\d\d(:\d\d)?(\.\d+)?(Z?)";
        Self { texts: texts.collect(), times: Regex::new(times).unwrap() }
    }

    /// Replaces times of this run, which all become noon of a day after those of the demo account.
    pub(super) fn apply(&self, text: &str) -> String {
        let replaced =
            self.texts.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
        let time = |found: &Captures<'_>| {
            let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
            if part(1) < "2026-04" {
                return part(0).to_owned();
            }
            let seconds = if part(3).is_empty() { "" } else { ":00" };
            format!("2026-04-01{}12:00{seconds}{}", part(2), part(5))
        };
        self.times.replace_all(&replaced, time).into_owned()
    }
}

#[test]
fn only_times_of_this_run_are_replaced() {
    let redaction = Redaction::new(&[("127.0.0.1:34567", "host")]);
    for (text, expected) in [
        ("2026-03-09T10:08:00Z 2026-03-09 10:08", "2026-03-09T10:08:00Z 2026-03-09 10:08"),
        ("2031-11-29T10:08:01.123Z,", "2026-04-01T12:00:00Z,"),
        ("at 2031-11-29 10:08 http://127.0.0.1:34567/", "at 2026-04-01 12:00 http://host/"),
    ] {
        assert_eq!(redaction.apply(text), expected);
    }
}
