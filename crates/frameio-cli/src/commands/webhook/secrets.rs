//! Secrets that sign and verify deliveries.

use std::path::{Path, PathBuf};
use std::time::Duration;

use frameio::Secret;
use frameio::webhook::{Signer, Verifier, VerifyError};

use crate::exit::Failure;
use crate::input;

const VARIABLE: &str = "FRAMEIO_WEBHOOK_SECRET";

/// Secrets from arguments, files or the environment.
#[derive(Debug, clap::Args)]
pub(super) struct WebhookSecrets {
    /// Secret of the webhook or action; visible to other users of this machine, so prefer
    /// FRAMEIO_WEBHOOK_SECRET or --secret-file; may be repeated
    #[arg(long = "secret", value_name = "SECRET")]
    given: Vec<Secret>,
    /// File with one secret per line; may be repeated [default: $FRAMEIO_WEBHOOK_SECRET]
    #[arg(long = "secret-file", value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl WebhookSecrets {
    /// Reads the secrets of the arguments, or else the one in the environment.
    fn read(&self) -> Result<Vec<Secret>, Failure> {
        let mut secrets = Vec::new();
        for given in &self.given {
            let secret = input::secret("'--secret'", given.expose())?;
            secrets.push(secret.ok_or_else(|| Failure::usage("'--secret' is blank"))?);
        }
        for file in &self.files {
            secrets.extend(lines(file)?);
        }
        if self.given.is_empty() && self.files.is_empty() {
            secrets.push(input::variable(VARIABLE)?.map(Secret::from).ok_or_else(|| {
                let is_set = std::env::var_os(VARIABLE).is_some_and(|value| !value.is_empty());
                Failure::usage(match is_set {
                    true => format!("{VARIABLE} is blank"),
                    false => format!("no secret: set {VARIABLE} or '--secret-file'"),
                })
            })?);
        }
        Ok(secrets)
    }

    /// Accepts signatures made with any of the secrets.
    pub(super) fn verifier(&self, tolerance: u64) -> Result<Verifier, Failure> {
        let secrets = self.read()?;
        let verifier = Verifier::any_of(secrets.iter().map(Secret::expose));
        let verifier = verifier.map_err(|error| Failure::usage(error.to_string()))?;
        Ok(verifier.window(Duration::from_secs(tolerance)))
    }

    /// Signs with the only secret.
    pub(super) fn signer(&self) -> Result<Signer, Failure> {
        let secrets = self.read()?;
        let [secret] = secrets.as_slice() else {
            let count = secrets.len();
            return Err(Failure::usage(format!("expected one secret to sign with, got {count}")));
        };
        Signer::new(secret.expose()).map_err(|error| Failure::usage(error.to_string()))
    }
}

fn lines(file: &Path) -> Result<Vec<Secret>, Failure> {
    let text = input::file(file)?;
    let subject = input::quoted(file.display());
    let lines = text.lines().map(|line| input::secret(&subject, line));
    let secrets: Vec<_> = lines.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    if secrets.is_empty() {
        return Err(Failure::usage(format!("{subject} contains no secret")));
    }
    Ok(secrets)
}

/// Explains why a request is refused, in more detail than the response to its sender.
pub(super) fn reason(error: &VerifyError) -> String {
    match error {
        VerifyError::Expired { age, .. } if *age >= 0 => {
            format!("the signature is valid, but {age} s old")
        }
        VerifyError::Expired { age, .. } => {
            let ahead = age.unsigned_abs();
            format!("the signature is valid, but {ahead} s in the future: check the clocks")
        }
        VerifyError::Mismatch => {
            "the signature does not match: the secret or the body is different".to_owned()
        }
        other => other.to_string(),
    }
}
