//! When colors are printed.

use std::io::IsTerminal;
use std::sync::OnceLock;

use clap::ValueEnum;

/// When to print colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    Always,
    Never,
}

/// Choice of this run.
static CHOICE: OnceLock<ColorChoice> = OnceLock::new();

impl ColorChoice {
    /// Finds the choice in the words of a command line that may be invalid, or ask for help.
    pub(crate) fn of_words(words: impl IntoIterator<Item = String>) -> Self {
        let mut words = words.into_iter().take_while(|word| word != "--");
        let mut found = Self::Auto;
        while let Some(word) = words.next() {
            let value = match word.strip_prefix("--color") {
                Some("") => words.next(),
                Some(rest) => rest.strip_prefix('=').map(str::to_owned),
                None => None,
            };
            found = value.and_then(|it| Self::from_str(&it, false).ok()).unwrap_or(found);
        }
        found
    }

    /// Uses the choice in this run.
    pub(crate) fn select(self) {
        let _ = CHOICE.set(self);
        // Progress bars.
        console::set_colors_enabled(is_enabled_on(&std::io::stdout()));
        console::set_colors_enabled_stderr(is_enabled_on(&std::io::stderr()));
    }

    fn is_enabled(self, is_terminal: bool, has_variable: &dyn Fn(&str) -> Option<String>) -> bool {
        // An empty variable counts as missing: https://no-color.org
        let is_set = |name: &str| has_variable(name).is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                is_terminal
                    && !is_set("NO_COLOR")
                    && has_variable("TERM").as_deref() != Some("dumb")
            }
        }
    }
}

/// Returns whether colors are printed on an output.
pub(super) fn is_enabled_on(output: &impl IsTerminal) -> bool {
    let choice = CHOICE.get().copied().unwrap_or_default();
    choice.is_enabled(output.is_terminal(), &|name| {
        std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_depend_on_the_choice_the_variable_and_the_output() {
        use ColorChoice::{Always, Auto, Never};

        let enabled = |choice: ColorChoice, is_terminal, variables: &[(&str, &str)]| {
            choice.is_enabled(is_terminal, &|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        for (choice, is_terminal, variables, expected) in [
            (Auto, true, &[][..], true),
            (Auto, false, &[], false),
            (Auto, true, &[("NO_COLOR", "1")], false),
            (Auto, true, &[("NO_COLOR", "")], true),
            (Auto, true, &[("TERM", "dumb")], false),
            (Always, false, &[("NO_COLOR", "1")], true),
            (Never, true, &[], false),
        ] {
            let found = enabled(choice, is_terminal, variables);
            assert_eq!(found, expected, "{choice:?} {is_terminal} {variables:?}");
        }
    }

    #[test]
    fn the_choice_is_found_in_an_invalid_line() {
        for (line, expected) in [
            ("frameio --color never --help", ColorChoice::Never),
            ("frameio ls --color=always --nonsense", ColorChoice::Always),
            ("frameio ls -- --color=always", ColorChoice::Auto),
            ("frameio --color", ColorChoice::Auto),
            ("frameio --colors=never", ColorChoice::Auto),
        ] {
            let words = line.split(' ').map(str::to_owned);
            assert_eq!(ColorChoice::of_words(words), expected, "{line}");
        }
    }
}
