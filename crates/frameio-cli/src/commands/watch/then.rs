//! The command that runs for each uploaded file.

use std::process::Stdio;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use frameio::Client;
use frameio::files::ShowFile;
use frameio::transfer::SentFile;
use tokio::process::Command;
use tokio::sync::Mutex;

use crate::exit::io_reason;

/// Maximum duration of the command.
const LIMIT: Duration = Duration::from_secs(600);

/// Time for a running command after the watcher was stopped.
const LAST: Duration = Duration::from_secs(10);

/// A program with its arguments, which runs without a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ThenCommand {
    program: String,
    arguments: Vec<String>,
}

impl FromStr for ThenCommand {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = split(text)?.into_iter();
        let program = words.next().ok_or("it is empty")?;
        Ok(Self { program, arguments: words.collect() })
    }
}

/// Splits a command at spaces, except within single or double quotes. No other character has a meaning,
/// so that paths of Windows need no escapes.
fn split(text: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in text.chars() {
        match quote {
            Some(open) if open == c => quote = None,
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    match quote {
        Some(quote) => Err(format!("unclosed quote {quote}")),
        None => {
            words.extend(word);
            Ok(words)
        }
    }
}

/// Knows whether a command is running, so that the end of the watcher can wait for it.
#[derive(Clone, Default)]
pub(super) struct Running(Arc<Mutex<()>>);

impl Running {
    /// Waits for the running command, for a limited time.
    pub(super) async fn wait(&self) {
        let _ = tokio::time::timeout(LAST, self.0.lock()).await;
    }
}

impl ThenCommand {
    /// Runs the command for a file. Returns the reason if it fails.
    pub(super) async fn run(
        self,
        client: Client,
        file: SentFile,
        running: Running,
    ) -> Result<(), String> {
        let show = client.send(ShowFile::new(&file.account_id, &file.file_id)).await;
        let shown = show.map_err(|error| format!("cannot look up the link: {error}"))?;
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env("FRAMEIO_FILE_NAME", &shown.name)
            .env("FRAMEIO_FILE_ID", file.file_id.as_str())
            .env("FRAMEIO_FILE_LINK", &shown.view_url)
            .env("FRAMEIO_FILE_PATH", &file.local)
            .stdin(Stdio::null())
            // Standard output contains the results of the transfers.
            .stdout(std::io::stderr())
            .kill_on_drop(true);
        // A stopped watcher drops this future, but not the command.
        let task = tokio::spawn(async move {
            let _running = running.0.lock().await;
            self.finish(command).await
        });
        task.await.map_err(|error| error.to_string())?
    }

    async fn finish(&self, mut command: Command) -> Result<(), String> {
        let program = &self.program;
        let mut child = command
            .spawn()
            .map_err(|error| format!("cannot run '{program}': {}", io_reason(&error)))?;
        match tokio::time::timeout(LIMIT, child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(format!("'{program}' failed: {status}")),
            Ok(Err(error)) => Err(format!("cannot wait for '{program}': {}", io_reason(&error))),
            Err(_) => Err(format!("'{program}' was killed after {} s", LIMIT.as_secs())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_spaces_and_keeps_quoted_words() {
        for (text, words) in [
            ("notify", vec!["notify"]),
            ("  a  -b\tc ", vec!["a", "-b", "c"]),
            (
                r#""C:\Program Files\x.exe" 'a "b"' --c="d e" "" "#,
                vec![r"C:\Program Files\x.exe", r#"a "b""#, "--c=d e", ""],
            ),
            ("echo $HOME; rm * | x > y", vec!["echo", "$HOME;", "rm", "*", "|", "x", ">", "y"]),
        ] {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
        assert_eq!(" ".parse::<ThenCommand>().unwrap_err(), "it is empty");
        assert_eq!("a 'b".parse::<ThenCommand>().unwrap_err(), "unclosed quote '");
    }
}
