//! What signatures are made with.

use std::path::{Path, PathBuf};
use std::time::Duration;

use frameio::Secret;
use frameio::webhook::{Signer, Verifier, VerifyError};

use crate::exit::Failure;
use crate::input;

const VARIABLE: &str = "FRAMEIO_WEBHOOK_SECRET";

/// Where the secrets come from.
#[derive(Debug, clap::Args)]
pub(super) struct Secrets {
    /// The secret that came with the webhook. While the program runs, others on this machine can
    /// read it among its arguments: a file or FRAMEIO_WEBHOOK_SECRET keeps it from them
    #[arg(long = "secret", value_name = "SECRET")]
    given: Vec<Secret>,
    /// A file with a secret on each line [default: the variable FRAMEIO_WEBHOOK_SECRET]
    #[arg(long = "secret-file", value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Secrets {
    /// All that were given; where none was, the one of the environment.
    fn read(&self) -> Result<Vec<Secret>, Failure> {
        let mut secrets = self.given.clone();
        for file in &self.files {
            secrets.extend(lines(file)?);
        }
        if self.given.is_empty() && self.files.is_empty() {
            let variable = std::env::var(VARIABLE).unwrap_or_default();
            secrets.extend((!variable.is_empty()).then(|| Secret::from(variable)));
        }
        if secrets.is_empty() {
            let message = "no secret: set FRAMEIO_WEBHOOK_SECRET to it, or use --secret-file";
            return Err(Failure::new(crate::exit::Status::Usage, message));
        }
        Ok(secrets)
    }

    /// Takes what any of them has signed.
    pub(super) fn verifier(&self, tolerance: u64) -> Result<Verifier, Failure> {
        let secrets = self.read()?;
        let verifier = Verifier::any_of(secrets.iter().map(Secret::expose));
        let verifier = verifier.map_err(|error| Failure::usage("--secret", error))?;
        Ok(verifier.window(Duration::from_secs(tolerance)))
    }

    /// Signs with the one that there is.
    pub(super) fn signer(&self) -> Result<Signer, Failure> {
        let secrets = self.read()?;
        let [secret] = secrets.as_slice() else {
            return Err(Failure::usage("--secret", "is needed once: one secret signs"));
        };
        Signer::new(secret.expose()).map_err(|error| Failure::usage("--secret", error))
    }
}

fn lines(file: &Path) -> Result<Vec<Secret>, Failure> {
    let text = input::file(file)?;
    let secrets: Vec<_> = text.lines().filter(|line| !line.is_empty()).map(Secret::from).collect();
    if secrets.is_empty() {
        return Err(Failure::usage(file.display(), "has no secret in it"));
    }
    Ok(secrets)
}

/// Why something is not verified, for whoever has the secret: more than the sender is told.
pub(super) fn reason(error: &VerifyError) -> String {
    match error {
        VerifyError::Expired { age, .. } if *age >= 0 => {
            format!("the signature is right, but was made {age} s ago")
        }
        VerifyError::Expired { age, .. } => {
            let ahead = age.unsigned_abs();
            format!("the signature is right, but of {ahead} s in the future: is the clock right?")
        }
        VerifyError::Mismatch => {
            "the signature does not match: another secret, or another body".to_owned()
        }
        other => other.to_string(),
    }
}
