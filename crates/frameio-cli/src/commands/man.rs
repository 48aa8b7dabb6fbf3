//! `frameio man`: manual pages.

use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::Cli;
use crate::completion;
use crate::exit::{Failure, Status, io_reason};
use crate::report::Reporter;

pub(super) const HELP: &str = "\
Examples:
  frameio man | man -l -
  frameio man comments export | man -l -
  frameio man --dir ~/.local/share/man/man1";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Command to print the page of [default: frameio itself]
    #[arg(add = completion::command(Cli::command))]
    command: Vec<String>,
    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    match &args.dir {
        Some(directory) => {
            std::fs::create_dir_all(directory)
                .map_err(|error| Failure::file("create the directory", directory, &error))?;
            write_all(&root, directory)
        }
        None => print(&root, &args.command),
    }
}

/// Prints the page of a command.
fn print(root: &Command, names: &[String]) -> Result<(), Failure> {
    let mut command = root;
    for name in names {
        let visible = || command.get_subcommands().filter(|it| !it.is_hide_set());
        command = visible().find(|it| it.get_name() == name).ok_or_else(|| {
            let names: Vec<_> = visible().map(Command::get_name).collect();
            let known = names.join(", ");
            Failure::value("COMMAND", name, format!("no such command; available: {known}"))
        })?;
    }
    let page = page(command).map_err(|error| {
        Failure::new(Status::Other, format!("cannot create the page: {}", io_reason(&error)))
    })?;
    let reporter = Reporter::text();
    page.trim_end().lines().try_for_each(|line| reporter.line(line))
}

/// Writes the page of a command, and those of its subcommands.
fn write_all(command: &Command, directory: &Path) -> Result<(), Failure> {
    let path = directory.join(format!("{}.1", file_name(command)));
    page(command)
        .and_then(|page| std::fs::write(&path, page))
        .map_err(|error| Failure::file("write", &path, &error))?;
    let visible = command.get_subcommands().filter(|it| !it.is_hide_set());
    visible.into_iter().try_for_each(|it| write_all(it, directory))
}

/// Returns the name of a command with those around it, such as `frameio-comments-export`.
fn file_name(command: &Command) -> String {
    command.get_bin_name().unwrap_or(command.get_name()).replace(' ', "-")
}

fn page(command: &Command) -> std::io::Result<String> {
    let name = file_name(command);
    let (version, manual) = (env!("CARGO_PKG_VERSION"), "Manual of frameio");
    let man = Man::new(command.clone().display_name(&name))
        .title(name.to_uppercase())
        .source(format!("frameio {version}"))
        .manual(manual);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    page.extend(synopsis(command.clone()).into_bytes());
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.get_subcommands().any(|it| !it.is_hide_set()) {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(text) = command.get_after_help() {
        page.extend(sections(&text.to_string()).into_bytes());
    }
    if command.get_version().is_some() {
        man.render_version_section(&mut page)?;
    }
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Returns the usage as the help shows it, without the list of all options.
fn synopsis(mut command: Command) -> String {
    let usage = command.render_usage().to_string();
    let lines: Vec<_> =
        usage.lines().map(|line| line.trim_start_matches("Usage:").trim()).collect();
    format!(
        ".SH SYNOPSIS\n{}\n",
        lines.into_iter().map(escaped).collect::<Vec<_>>().join("\n.br\n")
    )
}

/// Returns the text after the options as sections: its headings begin one each, other paragraphs are notes.
fn sections(text: &str) -> String {
    let (mut page, mut section) = (String::new(), String::new());
    for paragraph in text.split("\n\n") {
        let (first, rest) = paragraph.split_once('\n').unwrap_or((paragraph, ""));
        let title = first.strip_suffix(':').filter(|_| rest.starts_with("  "));
        let is_block = paragraph.starts_with("  ");
        let wanted = match title {
            Some(title) => title.to_uppercase(),
            None if is_block && !section.is_empty() => section.clone(),
            None => "NOTES".to_owned(),
        };
        page += &match wanted == section {
            true => ".PP\n".to_owned(),
            false => format!(".SH \"{wanted}\"\n"),
        };
        section = wanted;
        page += &lines(if title.is_some() { rest } else { paragraph });
    }
    page
}

/// Returns lines for roff, those that are indented as they are.
fn lines(text: &str) -> String {
    let (mut page, mut is_block) = (String::new(), false);
    for line in text.lines() {
        if line.starts_with("  ") != is_block {
            is_block = !is_block;
            page += if is_block { ".nf\n" } else { ".fi\n" };
        }
        page += &(escaped(line) + "\n");
    }
    if is_block {
        page += ".fi\n";
    }
    page
}

/// Escapes a line of text for roff.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_the_help_begin_sections() {
        let text = "Examples:\n  frameio ls -l 'a\\b'\n\n.Some text:\nthat continues.\n\n\
                    Exit status:\n  0  Ok\nSee x.";
        let expected = ".SH \"EXAMPLES\"\n.nf\n  frameio ls \\-l 'a\\eb'\n.fi\n.SH \"NOTES\"\n\
                        \\&.Some text:\nthat continues.\n.SH \"EXIT STATUS\"\n.nf\n  0  Ok\n.fi\n\
                        See x.\n";
        assert_eq!(sections(text), expected);
    }
}
