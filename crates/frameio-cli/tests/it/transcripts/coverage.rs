//! Which outputs of which commands the transcripts show.

use std::path::Path;

use super::document::Document;
use super::help::{self, Page};
use super::{directory, guide};
use crate::program::{end, offline};

/// Commands that print no results, and why.
const WITHOUT_JSON: [(&str, &str); 3] = [
    ("completions", "prints the script of a shell"),
    ("man", "prints manual pages"),
    ("record", "prints what the recorded command prints"),
];

/// Commands that run until they are interrupted, and the tests of their output.
const ENDLESS: [(&str, &str); 3] =
    [("legacy serve", "legacy.rs"), ("sim", "sim.rs"), ("webhook listen", "webhook_listen.rs")];

/// Commands whose output for people has no text that could be fitted to the terminal, and why.
const WITHOUT_WIDTH: [(&str, &str); 2] =
    [("completions", "a script of a shell"), ("man", "a page that man formats")];

fn is_listed<const N: usize>(commands: &[(&str, &str); N], name: &str) -> bool {
    commands.iter().any(|(command, _)| *command == name)
}

/// An output of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    NarrowText,
    Csv,
    Json,
}

/// A command line of a document.
struct Run(Vec<String>);

impl Run {
    fn of(line: &str) -> Self {
        Self(line.split_whitespace().map(str::to_owned).collect())
    }

    fn has(&self, words: &[&str]) -> bool {
        self.0.windows(words.len()).any(|window| window == words)
    }

    /// Returns whether the line runs the command, and not one of its subcommands.
    fn is_of(&self, page: &Page) -> bool {
        let name: Vec<_> = std::iter::once("frameio").chain(page.name.split(' ')).collect();
        let start = self.0.windows(name.len()).position(|window| window == name);
        let next = start.and_then(|start| self.0.get(start + name.len()));
        start.is_some() && !next.is_some_and(|next| page.subcommands.contains(next))
    }

    fn kind(&self) -> Kind {
        if self.has(&["--format", "csv"]) {
            Kind::Csv
        } else if self.has(&["--json"]) {
            Kind::Json
        } else if self.has(&["COLUMNS=40"]) {
            Kind::NarrowText
        } else {
            Kind::Text
        }
    }
}

fn runs() -> Vec<Run> {
    let documents = std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path());
    let documents = documents.filter(|path| path.extension().is_some_and(|it| it == "md"));
    let read = |path: &Path| Document::parse(&std::fs::read_to_string(path).unwrap());
    let documents: Vec<_> = documents.chain([guide()]).map(|path| read(&path)).collect();
    documents.iter().flat_map(Document::scripts).map(|script| Run::of(&script)).collect()
}

/// Returns the outputs that a command has.
fn outputs(page: &Page) -> Vec<Kind> {
    let mut kinds = vec![Kind::Text];
    if !is_listed(&WITHOUT_WIDTH, &page.name) {
        kinds.push(Kind::NarrowText);
    }
    if page.has_flag("--columns") {
        kinds.push(Kind::Csv);
    }
    if page.has_flag("--json") {
        kinds.push(Kind::Json);
    }
    kinds
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_has_the_formats_and_transcripts_of_its_outputs() {
    let (pages, runs) = (help::all().await, runs());
    let (mut missing, mut commands) = (Vec::new(), 0);
    for page in pages.iter().filter(|page| page.is_command()) {
        commands += 1;
        let name = &page.name;
        let mut require = |flag: &str, is_exempt: bool| match (page.has_flag(flag), is_exempt) {
            (true, true) => missing.push(format!("{name}: has {flag}, so that it is no exception")),
            (false, false) => missing.push(format!("{name}: no {flag}")),
            _ => {}
        };
        let is_text = is_listed(&WITHOUT_JSON, name);
        require("--json", is_text);
        require("--jq", is_text);
        if page.has_flag("--columns") {
            require("--format", false);
            require("--no-header", false);
        }
        if is_listed(&ENDLESS, name) {
            continue;
        }
        for kind in outputs(page) {
            if !runs.iter().any(|run| run.is_of(page) && run.kind() == kind) {
                missing.push(format!("{name}: no transcript of {kind:?}"));
            }
        }
    }
    assert!(commands > 60, "{commands}");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Runs a command without a server and returns the error about its arguments.
async fn refused(page: &Page, arguments: &[&str]) -> String {
    let mut command = offline();
    command.args(page.name.split(' ')).args(arguments);
    let ended = end(command, None).await;
    assert_eq!(ended.status, 2, "{}: {ended:?}", page.name);
    ended.stderr
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_refuses_a_bad_filter_and_an_option_that_only_lists_have() {
    for page in help::all().await.iter().filter(|page| page.is_command()) {
        if page.has_flag("--jq") {
            let error = refused(page, &["--jq", ".["]).await;
            assert!(error.contains("'.[' for '--jq <EXPR>': expected closing"), "{error}");
        } else {
            let error = refused(page, &["--jq", "."]).await;
            assert!(error.contains("prints no results"), "{}: {error}", page.name);
        }
        if page.has_flag("--jq") && !page.has_flag("--columns") {
            let error = refused(page, &["--columns", "id"]).await;
            assert!(error.contains("use '--json', and '--jq' to select"), "{error}");
        }
    }
}

#[test]
fn a_run_belongs_to_one_command() {
    let page = |name: &str, subcommands: &[&str]| Page {
        name: name.to_owned(),
        subcommands: subcommands.iter().map(|&it| it.to_owned()).collect(),
        texts: [String::new(), String::new()],
    };
    let run = Run::of("echo x | COLUMNS=40 frameio archive verify a --json");
    assert!(run.is_of(&page("archive verify", &[])));
    assert!(!run.is_of(&page("archive", &["verify"])) && !run.is_of(&page("verify", &[])));
    assert!(Run::of("frameio archive /Film -o a").is_of(&page("archive", &["verify"])));
    for (line, kind) in [
        ("frameio ls", Kind::Text),
        ("COLUMNS=40 frameio ls", Kind::NarrowText),
        ("frameio ls --format csv | head", Kind::Csv),
        ("COLUMNS=40 frameio ls --json", Kind::Json),
    ] {
        assert_eq!(Run::of(line).kind(), kind, "{line}");
    }
}
