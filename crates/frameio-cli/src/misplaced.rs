//! Advice about output options that a command does not have.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

/// Options of the output, some of which only lists have.
const OPTIONS: [&str; 5] = ["--format", "--columns", "--no-header", "--json", "--jq"];

/// Adds what to use instead to an error about such an option.
pub(crate) fn advised(mut error: Error, root: &Command, words: &[String]) -> Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let Some(&option) = OPTIONS.iter().find(|known| *known == option) else { return error };
    let mut root = root.clone();
    root.build();
    let path = path(&root, words);
    let command = path.iter().try_fold(&mut root, |it, name| it.find_subcommand_mut(name));
    let Some(command) = command else { return error };
    let Some(advice) = advice(command, option) else { return error };
    error.remove(ContextKind::SuggestedArg);
    // Otherwise, it has the option that clap suggests.
    let usage = ContextValue::StyledStr(command.render_usage());
    error.insert(ContextKind::Usage, usage);
    let advice = vec![StyledStr::from(advice)];
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(advice));
    error
}

/// Returns the names of the subcommands that a line runs.
fn path(root: &Command, words: &[String]) -> Vec<String> {
    let (mut command, mut path) = (root, Vec::new());
    for word in words.iter().skip(1) {
        if let Some(found) = command.find_subcommand(word) {
            command = found;
            path.push(found.get_name().to_owned());
        }
    }
    path
}

fn advice(command: &Command, option: &str) -> Option<String> {
    let has = |option: &str| {
        let mut names = command.get_arguments().filter_map(clap::Arg::get_long);
        names.any(|name| option.strip_prefix("--") == Some(name))
    };
    if command.has_subcommands() && !has("--json") {
        return None;
    }
    Some(match () {
        () if has(option) => format!("write '{option}' after the command"),
        () if has("--jq") => format!(
            "only lists have '{option}'; for the results of this command, use '--json', and '--jq' to select \
             fields"
        ),
        () => format!("this command prints no results to which '{option}' could apply"),
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::commands::Cli;

    fn message(line: &str) -> String {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        let error = Cli::command().try_get_matches_from(&words).unwrap_err();
        advised(error, &Cli::command(), &words).to_string()
    }

    #[test]
    fn an_error_about_an_output_option_names_the_one_to_use() {
        for (line, advice) in [
            ("frameio upload a --format csv", "only lists have '--format'; for the results"),
            ("frameio share create N /P --columns id", "only lists have '--columns'; for the"),
            ("frameio mkdir --no-header /P", "use '--json', and '--jq' to select fields"),
            ("frameio --json ls /", "write '--json' after the command"),
            ("frameio man --jq .", "this command prints no results to which '--jq' could apply"),
            ("frameio comments --jq . list", "write '--jq' after the command"),
        ] {
            let message = message(line);
            assert!(message.contains(advice), "{line}: {message}");
            assert!(!message.contains("--log-format"), "{message}");
        }
        let other = message("frameio ls --colums id");
        assert!(other.contains("'--columns'") && !other.contains("only lists"), "{other}");
    }
}
