//! Passphrase of a share, which is never an argument.

use std::io::IsTerminal;
use std::path::PathBuf;

use frameio::Secret;

use crate::exit::Failure;
use crate::input::{self, STANDARD_INPUT};
use crate::prompt::hidden_line;

/// Maximum number of characters.
const MAX: usize = 255;

#[derive(Debug, clap::Args)]
pub(super) struct PassphraseArgs {
    /// Ask for a passphrase, which opens the share
    #[arg(long, conflicts_with = "passphrase_file")]
    passphrase: bool,
    /// Read the passphrase from a file, or from standard input for -
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl PassphraseArgs {
    /// Reads the passphrase, if one is wanted.
    pub(super) async fn read(&self) -> Result<Option<Secret>, Failure> {
        let passphrase = match &self.passphrase_file {
            Some(file) if file.as_os_str() == "-" => {
                let mut stdin = std::io::stdin();
                // All of it, so that several lines are refused; a user ends the line only.
                let text = match stdin.is_terminal() {
                    true => input::line(&mut stdin.lock(), STANDARD_INPUT)?,
                    false => input::text(&mut stdin, STANDARD_INPUT)?,
                };
                let passphrase = input::secret(STANDARD_INPUT, &text)?;
                passphrase.ok_or_else(|| Failure::usage("no passphrase on standard input"))?
            }
            Some(file) => input::secret_file(file)?,
            None if self.passphrase => ask().await?,
            None => return Ok(None),
        };
        let count = passphrase.expose().chars().count();
        if count > MAX {
            let message = format!("the passphrase has {count} characters, the maximum is {MAX}");
            return Err(Failure::usage(message));
        }
        Ok(Some(passphrase))
    }

    /// Returns whether a passphrase is wanted.
    pub(super) const fn is_given(&self) -> bool {
        self.passphrase || self.passphrase_file.is_some()
    }

    /// Returns whether the passphrase is on standard input.
    pub(super) fn reads_standard_input(&self) -> bool {
        self.passphrase_file.as_ref().is_some_and(|file| file.as_os_str() == "-")
    }
}

/// Asks twice, because the typed characters are not visible.
async fn ask() -> Result<Secret, Failure> {
    if !std::io::stdin().is_terminal() {
        let message = "cannot ask for a passphrase without a terminal: pass '--passphrase-file'";
        return Err(Failure::usage(message));
    }
    let first = typed("Passphrase").await?;
    match first == typed("Repeat the passphrase").await? {
        true => Ok(first),
        false => Err(Failure::usage("the passphrases are different")),
    }
}

async fn typed(prompt: &str) -> Result<Secret, Failure> {
    let typed = hidden_line(prompt, "passphrase").await?;
    let passphrase = input::secret("the passphrase", &typed)?;
    passphrase.ok_or_else(|| Failure::usage("the passphrase is empty"))
}
