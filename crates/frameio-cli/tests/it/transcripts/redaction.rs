//! Values that differ from run to run.

use std::collections::HashMap;

use regex::{Captures, Regex};

/// Outcomes of files, which are transferred concurrently and so printed in any order.
const OUTCOMES: [&str; 5] = ["transferred ", "planned ", "skipped ", "changed ", "unverified "];

/// Replaces values that differ from run to run.
pub(super) struct Redaction {
    texts: Vec<(String, String)>,
    times: Regex,
    ids: Regex,
    measured: Regex,
    remote: Regex,
    /// IDs that the service generated, in the order in which they were printed.
    seen: HashMap<String, usize>,
}

impl Redaction {
    /// Creates a redaction that replaces these texts too.
    pub(super) fn new(texts: &[(&str, &str)]) -> Self {
        let texts = texts.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned()));
        let regex = |pattern| Regex::new(pattern).unwrap();
        Self {
            texts: texts.collect(),
            times: regex(r"\b(20\d\d-\d\d-\d\d)([T ])\d\d:\d\d(:\d\d)?(\.\d+)?(Z?)"),
            ids: regex(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\bf\.io/[0-9a-f]{8}\b"),
            measured: regex(r"\d+ (MiB free|ms\b)|\bon (linux|macos)$"),
            remote: regex(r#""remote":"([^"]*)""#),
            seen: HashMap::new(),
        }
    }

    /// Makes the output of a command the same in each run.
    pub(super) fn apply(&mut self, text: &str) -> String {
        let ordered = self.ordered(text);
        let replaced = self.texts.iter().fold(ordered, |text, (old, new)| text.replace(old, new));
        let replaced = self.times.replace_all(&replaced, time);
        let replaced = replaced.lines().map(|line| self.measured.replace_all(line, measurement));
        let lines: Vec<_> = replaced.map(|line| format!("{line}\n")).collect();
        let seen = &mut self.seen;
        self.ids
            .replace_all(&lines.concat(), |found: &Captures<'_>| id(seen, &found[0]))
            .into_owned()
    }

    /// Sorts the results of files next to each other by their paths.
    fn ordered(&self, text: &str) -> String {
        let key = |line: &str| {
            let outcome = OUTCOMES.iter().find(|outcome| line.starts_with(**outcome));
            let path = outcome.and_then(|outcome| line.strip_prefix(*outcome)).map(str::trim);
            let remote = || self.remote.captures(line)?.get(1).map(|path| path.as_str());
            path.or_else(remote).map(str::to_owned)
        };
        let mut lines: Vec<_> = text.lines().map(|line| (key(line), line)).collect();
        for lines in lines.chunk_by_mut(|one, other| one.0.is_some() == other.0.is_some()) {
            lines.sort_by(|one, other| one.0.cmp(&other.0));
        }
        lines.iter().map(|(_, line)| format!("{line}\n")).collect()
    }
}

/// Replaces times of this run by noon of a day after those of the demo account.
fn time(found: &Captures<'_>) -> String {
    let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
    if part(1) < "2026-04" {
        return part(0).to_owned();
    }
    let seconds = if part(3).is_empty() { "" } else { ":00" };
    format!("2026-04-01{}12:00{seconds}{}", part(2), part(5))
}

/// Replaces numbers that were measured.
fn measurement(found: &Captures<'_>) -> String {
    match found.get(1) {
        Some(unit) if unit.as_str() == "ms" => "12 ms".to_owned(),
        Some(unit) => format!("50000 {}", unit.as_str()),
        None => "on linux".to_owned(),
    }
}

/// Numbers the IDs that the service generated. Those of the demo account are the same in each run.
fn id(seen: &mut HashMap<String, usize>, id: &str) -> String {
    if id.contains("-f1a0-4000-8000-") {
        return id.to_owned();
    }
    let next = seen.len() + 1;
    let number = *seen.entry(id.to_owned()).or_insert(next);
    match id.strip_prefix("f.io/") {
        Some(_) => format!("f.io/{number:08x}"),
        None => format!("{number:08x}-abcd-4000-8000-000000000000"),
    }
}

#[test]
fn only_values_of_this_run_are_replaced() {
    let mut redaction = Redaction::new(&[("127.0.0.1:34567", "host")]);
    let demo = "0000001f-f1a0-4000-8000-000000000000";
    for (text, expected) in [
        ("2026-03-09T10:08:00Z 2026-03-09 10:08", "2026-03-09T10:08:00Z 2026-03-09 10:08"),
        ("2031-11-29T10:08:01.123Z,", "2026-04-01T12:00:00Z,"),
        ("at 2031-11-29 10:08 http://127.0.0.1:34567/", "at 2026-04-01 12:00 http://host/"),
        ("in 47 ms, 33938 MiB free, 7 MiB", "in 12 ms, 50000 MiB free, 7 MiB"),
        (demo, demo),
        (
            "151c9734-19de-48a8-abca-5d6bc21d727e at https://f.io/48c098da",
            "00000001-abcd-4000-8000-000000000000 at https://f.io/00000002",
        ),
        (
            "share 151c9734-19de-48a8-abca-5d6bc21d727e",
            "share 00000001-abcd-4000-8000-000000000000",
        ),
    ] {
        assert_eq!(redaction.apply(text), format!("{expected}\n"));
    }
}

#[test]
fn results_of_concurrent_transfers_are_sorted() {
    let mut redaction = Redaction::new(&[]);
    let text = "transferred /b\nskipped     /a\n1 transferred\ntransferred /a\n";
    let expected = "skipped     /a\ntransferred /b\n1 transferred\ntransferred /a\n";
    assert_eq!(redaction.apply(text), expected);
}
