//! `frameio man`: manual pages.

use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::Cli;
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
        command = command.find_subcommand(name).ok_or_else(|| {
            let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
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
    man.render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
