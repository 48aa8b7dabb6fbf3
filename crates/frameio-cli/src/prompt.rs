//! Texts that the user types without seeing them.

use std::io::{ErrorKind, Write};

use crate::exit::{Failure, Status, io_reason};
use crate::shutdown;

/// Reads a line from the terminal without showing it; `what` names it in errors.
///
/// A signal ends the program at once: the thread that reads cannot be stopped, and nothing has been sent yet.
/// The terminal shows what is typed again before.
pub(crate) async fn hidden_line(prompt: &str, what: &str) -> Result<String, Failure> {
    let terminal = Terminal::save();
    // The prompt is not essential: standard error may be closed.
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{prompt}: ").and_then(|()| stderr.flush());
    tokio::select! {
        read = tokio::task::spawn_blocking(rpassword::read_password) => match read {
            Ok(Ok(line)) => Ok(line),
            // The reader has seen Ctrl-C, and has restored the terminal.
            Ok(Err(error)) if error.kind() == ErrorKind::Interrupted => {
                Err(Failure::reported(Status::Interrupted))
            }
            Ok(Err(error)) => {
                let reason = io_reason(&error);
                Err(Failure::usage(format!("cannot read the {what}: {reason}")))
            }
            Err(_) => Err(Failure::usage(format!("cannot read the {what}"))),
        },
        () = shutdown::requested() => {
            terminal.restore();
            let _ = writeln!(stderr);
            std::process::exit(Status::Interrupted as i32)
        }
    }
}

/// Modes of the terminal on standard input.
#[cfg(unix)]
struct Terminal(Option<rustix::termios::Termios>);

#[cfg(unix)]
impl Terminal {
    fn save() -> Self {
        Self(rustix::termios::tcgetattr(std::io::stdin()).ok())
    }

    fn restore(&self) {
        use rustix::termios::{OptionalActions, tcsetattr};

        if let Some(modes) = &self.0 {
            // If the terminal is gone, nobody types into it.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, modes);
        }
    }
}

/// The console restores its modes itself.
#[cfg(not(unix))]
struct Terminal;

#[cfg(not(unix))]
impl Terminal {
    const fn save() -> Self {
        Self
    }

    const fn restore(&self) {}
}
