//! Secrets that sign and verify deliveries.

use std::path::{Path, PathBuf};
use std::time::Duration;

use frameio::Secret;
use frameio::webhook::{Signer, Verifier, VerifyError};

use crate::exit::{Failure, Status};
use crate::input;

const VARIABLE: &str = "FRAMEIO_WEBHOOK_SECRET";

/// Secrets from arguments, files or the environment.
#[derive(Debug, clap::Args)]
pub(super) struct WebhookSecrets {
    /// Secret of the webhook. Other users can see the arguments of a process: prefer a file or
    /// FRAMEIO_WEBHOOK_SECRET
    #[arg(long = "secret", value_name = "SECRET")]
    given: Vec<Secret>,
    /// File with a secret on each line; blank lines are skipped [default: the variable FRAMEIO_WEBHOOK_SECRET]
    #[arg(long = "secret-file", value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl WebhookSecrets {
    /// Reads the secrets; without arguments, the one in the environment.
    fn read(&self) -> Result<Vec<Secret>, Failure> {
        let mut secrets = Vec::new();
        for given in &self.given {
            let secret = input::secret("--secret", given.expose())?;
            secrets.push(secret.ok_or_else(|| Failure::usage("--secret", "is blank"))?);
        }
        for file in &self.files {
            secrets.extend(lines(file)?);
        }
        if self.given.is_empty() && self.files.is_empty() {
            secrets.push(input::variable(VARIABLE)?.map(Secret::from).ok_or_else(|| {
                let hint = format!("set {VARIABLE}, or use --secret-file");
                let is_set = std::env::var_os(VARIABLE).is_some_and(|value| !value.is_empty());
                let what = if is_set { "the secret is blank" } else { "no secret" };
                Failure::new(Status::Usage, format!("{what}: {hint}"))
            })?);
        }
        Ok(secrets)
    }

    /// Accepts signatures made with any of the secrets.
    pub(super) fn verifier(&self, tolerance: u64) -> Result<Verifier, Failure> {
        let secrets = self.read()?;
        let verifier = Verifier::any_of(secrets.iter().map(Secret::expose));
        let verifier = verifier.map_err(|error| Failure::usage("--secret", error))?;
        Ok(verifier.window(Duration::from_secs(tolerance)))
    }

    /// Signs with the only secret.
    pub(super) fn signer(&self) -> Result<Signer, Failure> {
        let secrets = self.read()?;
        let [secret] = secrets.as_slice() else {
            return Err(Failure::usage("--secret", "expected exactly one: one secret signs"));
        };
        Signer::new(secret.expose()).map_err(|error| Failure::usage("--secret", error))
    }
}

fn lines(file: &Path) -> Result<Vec<Secret>, Failure> {
    let text = input::file(file)?;
    let lines = text.lines().map(|line| input::secret(file.display(), line));
    let secrets: Vec<_> = lines.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    if secrets.is_empty() {
        return Err(Failure::usage(file.display(), "contains no secret"));
    }
    Ok(secrets)
}

/// Explains a refusal to the owner of the secret; the sender gets less.
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
