//! Documents with transcripts: blocks of Markdown with the language `console`.

use super::Session;

/// A part of a document.
#[derive(Debug, PartialEq)]
enum Part {
    /// Lines that are kept.
    Text(String),
    /// Heading, from which the commands have an account of their own.
    Heading(String),
    /// Command, as it is written in the document.
    Command(String),
}

/// A document or a section of one, whose commands are run, each section with a new demo account and a new directory.
#[derive(Debug)]
pub(super) struct Document(Vec<Part>);

impl Document {
    pub(super) fn parse(text: &str) -> Self {
        let (mut parts, mut fence) = (Vec::new(), None);
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let text = || Part::Text(line.to_owned());
            match (line.strip_prefix("```"), fence) {
                (Some(language), None) => {
                    fence = Some(language == "console");
                    parts.push(text());
                }
                (Some(_), Some(_)) => {
                    fence = None;
                    parts.push(text());
                }
                (None, Some(true)) => {
                    // Other lines are the output, which is written again.
                    if line.starts_with("$ ") {
                        let mut command = line.to_owned();
                        while command.ends_with('\\')
                            && let Some(line) = lines.next()
                        {
                            command = format!("{command}\n{line}");
                        }
                        parts.push(Part::Command(command));
                    }
                }
                (None, None) if line.starts_with('#') => {
                    parts.push(Part::Heading(line.to_owned()));
                }
                (None, _) => parts.push(text()),
            }
        }
        Self(parts)
    }

    /// Returns the commands without their prompts.
    pub(super) fn scripts(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|part| match part {
            Part::Command(lines) => Some(script(lines)),
            _ => None,
        })
    }

    /// Splits the document before its headings. The sections can be run at the same time.
    pub(super) fn sections(self) -> Vec<Self> {
        let mut sections = Vec::new();
        for part in self.0 {
            match (sections.last_mut(), &part) {
                (Some(Self(section)), Part::Text(_) | Part::Command(_)) => section.push(part),
                _ => sections.push(Self(vec![part])),
            }
        }
        sections
    }

    /// Runs the commands of a section, and returns it with what they print.
    pub(super) async fn run(&self) -> String {
        let (mut text, mut session) = (String::new(), None);
        for part in &self.0 {
            match part {
                Part::Text(line) | Part::Heading(line) => text += &format!("{line}\n"),
                Part::Command(lines) => {
                    let session = match &mut session {
                        Some(session) => session,
                        none => none.insert(Session::new().await),
                    };
                    text += &format!("{lines}\n{}", output(session, &script(lines)).await);
                }
            }
        }
        text
    }
}

/// Runs a command. Formats for programs do not depend on the terminal, so they are run at 40 columns, and
/// lists at 80 as well.
async fn output(session: &mut Session, script: &str) -> String {
    let is_list = script.contains("--format csv");
    match is_list || script.contains("--json") || script.contains("--jq") {
        false => session.run(script, 80).await,
        true => {
            let narrow = session.run(script, 40).await;
            if is_list {
                assert_eq!(narrow, session.run(script, 80).await, "{script}");
            }
            narrow
        }
    }
}

/// Returns the command without its prompts.
fn script(lines: &str) -> String {
    let lines = lines.lines().map(|line| line.trim_start_matches("$ ").trim_start_matches("> "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_document_consists_of_texts_and_commands() {
    let text = "# A\n$ kept\n```sh\n$ kept\n```\n```console\n$ a \\\n> b\nold\n$ c\n```\n";
    let Document(parts) = Document::parse(text);
    let texts = |texts: &[&str]| texts.iter().map(|&it| Part::Text(it.into())).collect::<Vec<_>>();
    let mut expected = vec![Part::Heading("# A".into())];
    expected.extend(texts(&["$ kept", "```sh", "$ kept", "```", "```console"]));
    expected.extend(["$ a \\\n> b", "$ c"].map(|it| Part::Command(it.into())));
    expected.extend(texts(&["```"]));
    assert_eq!(parts, expected);
    let sections = Document::parse("a\n# B\n```console\n$ b\n```\n## C\nc\n").sections();
    let lengths: Vec<_> = sections.iter().map(|Document(parts)| parts.len()).collect();
    assert_eq!(lengths, [1, 4, 2]);
    assert_eq!(script("$ a \\\n> b"), "a \\\nb");
}
