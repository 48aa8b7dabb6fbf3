//! Completion of commands, paths, operations and profiles in shells.
//!
//! The shell runs the program with `FRAMEIO_COMPLETE` set. It then reads lists of names that earlier
//! runs saved, and sends no request itself: a missing or old list is read by a separate process
//! (`frameio completions --refresh`), whose result a later completion finds.

mod places;
mod quoting;

use std::ffi::OsStr;
use std::thread;
use std::time::Duration;

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::CompleteEnv;
use frameio::{Catalog, Operation};

use self::quoting::Quoting;
use crate::config;

/// Variable with which shells request completions, and the name of the shell.
pub(crate) const VARIABLE: &str = "FRAMEIO_COMPLETE";

/// Variable with another time limit in milliseconds, for slow disks.
const LIMIT_VARIABLE: &str = "FRAMEIO_COMPLETE_LIMIT";

/// Time limit, after which nothing is completed.
const LIMIT: Duration = Duration::from_millis(200);

/// Text by which the help of an argument says that it is a path of the service.
const PLACE: &str = "/Workspace/Project";

/// Prints completions of `command` and exits, if a shell requests them.
pub(crate) fn start(command: impl Fn() -> Command) {
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty()) {
        return;
    }
    quoting::remember(&std::env::var(VARIABLE).unwrap_or_default());
    let limit = limit();
    thread::spawn(move || {
        thread::sleep(limit);
        std::process::exit(0);
    });
    CompleteEnv::with_factory(|| with_completers(command())).var(VARIABLE).complete();
}

/// Returns the time limit of a completion.
fn limit() -> Duration {
    let given = std::env::var(LIMIT_VARIABLE).ok().and_then(|text| text.parse().ok());
    given.map_or(LIMIT, Duration::from_millis)
}

/// Prints the script that connects a shell with the program.
pub(crate) fn script(shell: &str, program: &str) -> std::io::Result<String> {
    let shells = clap_complete::env::Shells::builtins();
    let Some(shell) = shells.completer(shell) else {
        return Err(std::io::Error::other(format!("unknown shell '{shell}'")));
    };
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "frameio", "frameio", program, &mut script)?;
    Ok(quoting::with_line(&String::from_utf8_lossy(&script)))
}

/// Returns a command with completers for its arguments, and for those of its subcommands.
fn with_completers(mut command: Command) -> Command {
    // All of them, because a changed argument becomes the last one, and the order of positional
    // arguments counts.
    let arguments: Vec<_> = command
        .get_arguments()
        .map(|argument| {
            let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string);
            let help = help.unwrap_or_default();
            (argument.get_id().clone(), completer(argument.get_id().as_str(), &help))
        })
        .collect();
    for (id, completer) in arguments {
        command = command.mut_arg(id, |argument| match completer {
            Some(completer) => argument.add(completer),
            None => argument,
        });
    }
    let names: Vec<_> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, with_completers))
}

/// Returns the completer of an argument with this id and help.
fn completer(id: &str, help: &str) -> Option<ArgValueCompleter> {
    match id {
        "operation" => Some(ArgValueCompleter::new(operations)),
        "profile" => Some(ArgValueCompleter::new(profiles)),
        _ if help.contains(PLACE) => Some(ArgValueCompleter::new(remote)),
        _ => None,
    }
}

fn operations(current: &OsStr) -> Vec<CompletionCandidate> {
    starting_with(current, Operation::all().map(|operation| operation.id.to_owned()))
}

fn profiles(current: &OsStr) -> Vec<CompletionCandidate> {
    let profiles = config::load().map(|it| it.profiles.into_keys().collect::<Vec<_>>());
    starting_with(current, profiles.unwrap_or_default())
}

fn starting_with(
    current: &OsStr,
    names: impl IntoIterator<Item = String>,
) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let fits = names.into_iter().filter(|name| name.starts_with(&*current));
    fits.map(CompletionCandidate::new).collect()
}

/// Completes a path of the service.
fn remote(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let quoting = Quoting::current();
    let typed = quoting.plain(current);
    let paths = places::starting_with(&typed, limit().mul_f64(0.7));
    paths.iter().map(|path| CompletionCandidate::new(quoting.quoted(path))).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::commands::Cli;

    #[test]
    fn places_operations_and_profiles_are_completed() {
        let command = with_completers(Cli::command());
        let has_completer = |path: &[&str], argument: &str| {
            let mut command = &command;
            for name in path {
                command = command.find_subcommand(name).unwrap();
            }
            let argument = command.get_arguments().find(|it| it.get_id() == argument).unwrap();
            argument.get::<ArgValueCompleter>().is_some()
        };
        for (path, argument) in [
            (&["ls"][..], "path"),
            (&["upload"], "to"),
            (&["comments", "list"], "place"),
            (&["doctor"], "place"),
            (&["call"], "operation"),
            (&[], "profile"),
        ] {
            assert!(has_completer(path, argument), "{path:?} {argument}");
        }
        assert!(!has_completer(&["ls"], "long"));
    }
}
