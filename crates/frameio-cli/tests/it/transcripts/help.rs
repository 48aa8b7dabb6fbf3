//! Transcripts of the help of each command.

use std::collections::BTreeSet;
use std::pin::Pin;

use futures_util::{StreamExt, stream};
use tokio::sync::OnceCell;

use super::{CONCURRENCY, compare, directory};
use crate::program::{end, offline};

/// Widths of the terminals for which help is written.
const WIDTHS: [usize; 2] = [80, 40];

/// Returns the help of a command for a terminal of this width.
async fn help(words: &[String], width: usize) -> String {
    let mut command = offline();
    command.args(words).arg("--help").env("COLUMNS", width.to_string());
    let ended = end(command, None).await;
    ended.succeeded();
    ended.stdout
}

/// Returns the subcommands in a help.
fn subcommands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !["", "help"].contains(name)).map(str::to_owned).collect()
}

/// Returns whether a line fits the terminal, or is a word or a quoted path that does not.
fn fits(line: &str, width: usize) -> bool {
    let quote = if line.trim().starts_with('{') { '"' } else { '\'' };
    let unquoted: String = line.trim().trim_end_matches(" \\").split(quote).step_by(2).collect();
    line.chars().count() <= width || !unquoted.contains(' ')
}

/// A command, and its help for each width.
pub(super) struct Page {
    /// Words after the name of the program.
    pub(super) name: String,
    pub(super) subcommands: Vec<String>,
    pub(super) texts: [String; 2],
}

impl Page {
    /// Returns whether the command does something itself, not only its subcommands.
    pub(super) fn is_command(&self) -> bool {
        self.subcommands.is_empty() || !self.name.is_empty() && self.has_flag("--json")
    }

    /// Returns whether the command has an option.
    pub(super) fn has_flag(&self, flag: &str) -> bool {
        let lines = self.texts[0].lines().filter(|line| line.trim_start().starts_with('-'));
        lines.flat_map(str::split_whitespace).any(|word| word.trim_end_matches(',') == flag)
    }
}

/// Returns the help of all commands, which is read once for all tests.
pub(super) async fn all() -> &'static [Page] {
    static PAGES: OnceCell<Vec<Page>> = OnceCell::const_new();
    PAGES.get_or_init(|| pages(Vec::new())).await
}

/// Reads the help of a command and of all its subcommands.
fn pages(words: Vec<String>) -> Pin<Box<dyn Future<Output = Vec<Page>> + Send>> {
    Box::pin(async move {
        let [wide, narrow] = WIDTHS;
        let texts = [help(&words, wide).await, help(&words, narrow).await];
        let subcommands = subcommands(&texts[0]);
        let below =
            subcommands.iter().map(|name| pages([&words[..], std::slice::from_ref(name)].concat()));
        let below: Vec<_> =
            stream::iter(below.collect::<Vec<_>>()).buffered(CONCURRENCY).collect().await;
        let page = Page { name: words.join(" "), subcommands, texts };
        std::iter::once(page).chain(below.into_iter().flatten()).collect()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_prints_its_help_transcript() {
    let directory = directory().join("help");
    let pages = all().await;
    assert!(pages.len() > 40, "{}", pages.len());
    let (mut names, mut differences) = (BTreeSet::new(), Vec::new());
    for Page { name: words, texts, .. } in pages {
        let command = format!("frameio {words}").trim_end().to_owned();
        let name = format!("{}.txt", command.replace(' ', "-"));
        for (width, text) in WIDTHS.iter().zip(texts) {
            let wide = text.lines().filter(|line| !fits(line, *width));
            differences.extend(wide.map(|line| format!("{command} at {width} columns: {line}")));
        }
        let texts = WIDTHS.iter().zip(texts);
        let text = texts.map(|(width, text)| format!("$ COLUMNS={width} {command} --help\n{text}"));
        differences.extend(compare(&directory.join(&name), text.collect::<Vec<_>>().join("\n")));
        names.insert(name);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let files = std::fs::read_dir(&directory).unwrap();
    let files: BTreeSet<_> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, names, "transcripts of commands that do not exist");
}
