//! Options of each call of a command that calls operations.

use std::time::Duration;

use frameio::CallOptions;

use super::global::seconds;

#[derive(Debug, clap::Args)]
pub(crate) struct CallArgs {
    /// Allow values outside the documented limits
    #[arg(long)]
    unchecked: bool,
    /// Send a header with each call; --dry-run and --curl omit headers whose name suggests a secret
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    /// Time limit of each call with all its waits and attempts, in seconds [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    deadline: Option<Duration>,
    /// Retry also failures after which the service may have done what the call asks for
    #[arg(long)]
    idempotent: bool,
}

impl CallArgs {
    pub(crate) fn options(&self) -> CallOptions {
        let mut options = CallOptions::new().unchecked(self.unchecked);
        for (name, value) in &self.headers {
            options = options.header(&**name, &**value);
        }
        if let Some(deadline) = self.deadline {
            options = options.deadline(deadline);
        }
        if self.idempotent {
            options = options.idempotent(true);
        }
        options
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) =
        text.split_once(':').ok_or("expected a name and a value, such as 'x-trace: 7'")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
