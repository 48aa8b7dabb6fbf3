//! Completion of commands, paths, shares, operations, profiles and columns in shells.
//!
//! The shell runs the program with `FRAMEIO_COMPLETE` set. It then reads lists of names that earlier
//! runs saved, and sends no request itself: a missing or old list is read by a separate process
//! (`frameio completions --refresh`), whose result a later completion finds.

mod bash;
mod line;
mod places;

use std::ffi::OsStr;
use std::thread;
use std::time::Duration;

use clap::Command;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Elvish, Fish, Powershell, Shells, Zsh};
use frameio::{Catalog, Operation};

use self::bash::Bash;
use self::line::Line;
use crate::config;

/// Variable with which shells request completions, and the name of the shell.
pub(crate) const VARIABLE: &str = "FRAMEIO_COMPLETE";

/// Variable with another time limit in milliseconds, for slow disks.
const LIMIT_VARIABLE: &str = "FRAMEIO_COMPLETE_LIMIT";

/// Time limit, after which nothing is completed.
const LIMIT: Duration = Duration::from_millis(200);

const SHELLS: Shells<'static> = Shells(&[&Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Prints completions of `command` and exits, if a shell requests them.
pub(crate) fn start(command: impl Fn() -> Command) {
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty()) {
        return;
    }
    Line::remember(&std::env::var(VARIABLE).unwrap_or_default());
    let limit = limit();
    thread::spawn(move || {
        thread::sleep(limit);
        std::process::exit(0);
    });
    CompleteEnv::with_factory(command).shells(SHELLS).var(VARIABLE).complete();
}

/// Returns the time limit of a completion.
fn limit() -> Duration {
    let given = std::env::var(LIMIT_VARIABLE).ok().and_then(|text| text.parse().ok());
    given.map_or(LIMIT, Duration::from_millis)
}

/// Prints the script that connects a shell with the program.
pub(crate) fn script(shell: &str, program: &str) -> std::io::Result<String> {
    let Some(shell) = SHELLS.completer(shell) else {
        return Err(std::io::Error::other(format!("unknown shell '{shell}'")));
    };
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "frameio", "frameio", program, &mut script)?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}

/// Completes an operation.
pub(crate) fn operation() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        starting_with(current, Operation::all().map(|operation| operation.id.to_owned()))
    })
}

/// Completes one of a fixed set of words.
pub(crate) fn one_of<I: Iterator<Item = &'static str>>(
    words: impl Fn() -> I + Send + Sync + 'static,
) -> ArgValueCandidates {
    ArgValueCandidates::new(move || words().map(CompletionCandidate::new).collect())
}

/// Completes the name of a share in the project of the line, or of the profile.
pub(crate) fn share() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let names = places::shares(limit().mul_f64(0.7));
        starting_with(current, names)
    })
}

/// Completes the name of a command of the program, after those of the line.
pub(crate) fn command(program: fn() -> Command) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| {
        let mut command = program();
        let words = Line::current().words.split_last().map_or(&[][..], |(_, before)| before);
        for word in words.iter().skip_while(|word| *word != "man").skip(1) {
            if let Some(below) = command.find_subcommand(word) {
                command = below.clone();
            }
        }
        let visible = command.get_subcommands().filter(|it| !it.is_hide_set());
        starting_with(current, visible.map(|it| it.get_name().to_owned()).collect::<Vec<_>>())
    })
}

/// Completes a profile.
pub(crate) fn profile() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let profiles = config::load().map(|it| it.profiles.into_keys().collect::<Vec<_>>());
        starting_with(current, profiles.unwrap_or_default())
    })
}

fn starting_with(
    current: &OsStr,
    names: impl IntoIterator<Item = String>,
) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let fits = names.into_iter().filter(|name| name.starts_with(&*current));
    fits.map(CompletionCandidate::new).collect()
}

/// Completes an absolute path, or a relative one if paths have a start.
pub(crate) fn place() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| remote(current, true))
}

/// Completes an absolute path.
pub(crate) fn absolute_place() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| remote(current, false))
}

/// Completes a parameter of the operation in the line.
pub(crate) fn parameter() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| parameters(current, |_| true))
}

/// Completes a parameter with an ID, and the place after its `=`.
pub(crate) fn place_of_parameter() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let Some((key, place)) = current.to_str().and_then(|text| text.split_once('=')) else {
            return parameters(current, |name| name.ends_with("_id") || name.ends_with("_ids"));
        };
        let candidates = remote(OsStr::new(place), true).into_iter();
        candidates.map(|it| it.add_prefix(format!("{key}="))).collect()
    })
}

fn parameters(current: &OsStr, is_wanted: impl Fn(&str) -> bool) -> Vec<CompletionCandidate> {
    let words = &Line::current().words;
    let operation = Operation::all().find(|it| words.iter().any(|word| word == it.id));
    let parameters = operation.map_or(&[][..], |operation| operation.schema().parameters);
    let names = parameters.iter().map(|parameter| parameter.name).filter(|name| is_wanted(name));
    starting_with(current, names.map(|name| format!("{name}=")))
}

fn remote(current: &OsStr, may_be_relative: bool) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let paths = places::starting_with(current, may_be_relative, limit().mul_f64(0.7));
    paths.into_iter().map(CompletionCandidate::new).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::commands::Cli;

    /// Words in the help of arguments that name items of the service.
    const PLACES: [&str; 4] = ["/Workspace/Project", "paths or IDs", "path or ID", "as paths"];

    /// Collects the arguments of a command and its subcommands, with the names of their commands.
    fn arguments(command: &Command, above: &str) -> Vec<(String, clap::Arg)> {
        let name = format!("{above} {}", command.get_name());
        let own = command.get_arguments().map(|argument| (name.clone(), argument.clone()));
        let below = command.get_subcommands().flat_map(|below| arguments(below, &name));
        own.chain(below).collect()
    }

    #[test]
    fn each_argument_that_names_a_place_is_completed() {
        let arguments = arguments(&Cli::command(), "");
        let is_completed = |argument: &clap::Arg| argument.get::<ArgValueCompleter>().is_some();
        let mut missing = Vec::new();
        for (command, argument) in &arguments {
            let help = argument.get_long_help().or(argument.get_help());
            let help = help.map(ToString::to_string).unwrap_or_default();
            let is_place = PLACES.iter().any(|part| help.contains(part));
            if is_place && !is_completed(argument) {
                missing.push(format!("{command} {}: {help}", argument.get_id()));
            }
        }
        assert!(missing.is_empty(), "not completed:\n{}", missing.join("\n"));
        let columns =
            arguments.iter().filter(|(_, argument)| argument.get_long() == Some("columns"));
        for (command, argument) in columns {
            assert!(argument.get::<ArgValueCandidates>().is_some(), "{command}");
        }
        for (command, id) in
            [(" frameio call", "operation"), (" frameio ls", "path"), (" frameio", "profile")]
        {
            let found = arguments.iter().find(|(name, it)| name == command && it.get_id() == id);
            assert!(found.is_some_and(|(_, it)| is_completed(it)), "{command} {id}");
        }
    }
}
