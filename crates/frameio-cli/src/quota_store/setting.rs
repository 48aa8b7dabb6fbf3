//! Choice of the quota store, by an argument, the environment, a file or the profile.

use std::path::{Path, PathBuf};

use frameio::Secret;
use frameio::auth::profile::Profile;
#[cfg(feature = "redis")]
use http::Uri;

use crate::exit::Failure;
use crate::input;

const OPTION: &str = "--quota-store";
const VARIABLE: &str = "FRAMEIO_QUOTA_STORE";

/// Arguments of every command that choose the quota store.
#[derive(Debug, clap::Args)]
pub(crate) struct QuotaStoreArgs {
    /// Share quotas: 'file' with this machine's processes, redis://HOST:PORT with several machines,
    /// or 'none'; put a URL with a password in FRAMEIO_QUOTA_STORE or a file [default: file]
    #[arg(long, value_name = "URL", global = true)]
    quota_store: Option<Secret>,
    /// Read the URL of the quota store from this file
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "quota_store")]
    quota_store_file: Option<PathBuf>,
}

/// Quota store of a run.
#[derive(Debug)]
pub(super) enum QuotaStoreSetting {
    /// Quotas of this process only.
    None,
    /// File in the state directory.
    File,
    /// URL of a Redis server, which may contain a password.
    #[cfg(feature = "redis")]
    Redis(Secret),
}

impl QuotaStoreArgs {
    /// Returns the value of the argument; empty if it is blank.
    pub(crate) fn given(&self) -> Result<Option<String>, Failure> {
        let Some(given) = &self.quota_store else { return Ok(None) };
        Ok(Some(input::setting("'--quota-store'", given.expose())?.unwrap_or_default()))
    }

    /// Returns whether quotas are shared in the file of this machine.
    pub(crate) fn is_file(&self, profile: &Profile) -> bool {
        matches!(self.setting(profile), Ok(QuotaStoreSetting::File))
    }

    /// Returns the quota store of the arguments, the environment or the profile.
    pub(super) fn setting(&self, profile: &Profile) -> Result<QuotaStoreSetting, Failure> {
        if let Some(given) = self.given()?.filter(|given| !given.is_empty()) {
            return parse(&given, OPTION);
        }
        if let Some(path) = &self.quota_store_file {
            return parse(input::secret_file(path)?.expose(), &path.display().to_string());
        }
        if let Some(given) = input::variable(VARIABLE)? {
            return parse(&given, VARIABLE);
        }
        if let Some(path) = input::variable("FRAMEIO_QUOTA_STORE_FILE")? {
            return parse(input::secret_file(Path::new(&path))?.expose(), &path);
        }
        parse(profile.quota_store.as_deref().unwrap_or("file"), "the profile")
    }
}

/// Parses a setting. `source` is the option, variable or file that has it.
fn parse(text: &str, source: &str) -> Result<QuotaStoreSetting, Failure> {
    match text {
        "file" => Ok(QuotaStoreSetting::File),
        "none" => Ok(QuotaStoreSetting::None),
        _ => parse_url(text, source),
    }
}

#[cfg(feature = "redis")]
fn parse_url(text: &str, source: &str) -> Result<QuotaStoreSetting, Failure> {
    let schemes = ["redis://", "rediss://", "redis+unix://", "unix://"];
    if schemes.iter().any(|scheme| text.starts_with(scheme)) {
        return Ok(QuotaStoreSetting::Redis(text.to_owned().into()));
    }
    let reason = "expected 'file', 'none' or a URL such as redis://127.0.0.1:6379";
    Err(Failure::value(source, masked(text), reason))
}

#[cfg(not(feature = "redis"))]
fn parse_url(text: &str, source: &str) -> Result<QuotaStoreSetting, Failure> {
    let reason = "expected 'file' or 'none': this build has no feature 'redis'";
    Err(Failure::value(source, masked(text), reason))
}

/// Checks a value for the profile, which is no place for secrets.
pub(crate) fn without_password(text: &str) -> Result<(), Failure> {
    parse(text, OPTION)?;
    if masked(text) == text {
        return Ok(());
    }
    let reason = "profiles contain no secrets: set FRAMEIO_QUOTA_STORE or '--quota-store-file'";
    Err(Failure::value("--quota-store", masked(text), reason))
}

/// Returns a URL with `…` in place of user, password and query.
pub(super) fn masked(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        // Without a scheme it is unclear which part is a password.
        return if text.contains(['@', ':']) { "…".to_owned() } else { text.to_owned() };
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, _)) => (rest, "?…"),
        None => (rest, ""),
    };
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}{query}"),
        None => format!("{scheme}://{rest}{query}"),
    }
}

/// Returns the secret with which the names of keys in Redis are hashed: the password of the URL, which
/// all machines know, or else a constant.
#[cfg(feature = "redis")]
pub(super) fn names_secret(url: &Secret) -> Secret {
    let authority = url.expose().parse::<Uri>().ok().and_then(|uri| uri.authority().cloned());
    let password = authority.as_ref().and_then(|it| it.as_str().rsplit_once('@')).map(|it| it.0);
    let password = password.map(|it| it.split_once(':').map_or(it, |it| it.1));
    password.unwrap_or("frameio-cli").to_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked() {
        for (url, shown) in [
            ("redis://127.0.0.1:6379/1", "redis://127.0.0.1:6379/1"),
            ("redis://:s3cret@host:1/0", "redis://…@host:1/0"),
            ("rediss://user:p@ss@host", "rediss://…@host"),
            ("redis+unix:///run/redis.sock?pass=s3cret", "redis+unix:///run/redis.sock?…"),
            ("user:s3cret@host", "…"),
            ("file", "file"),
        ] {
            assert_eq!(masked(url), shown);
            assert!(!format!("{:?}", parse(url, OPTION)).contains("s3cret"), "{url}");
        }
    }

    #[test]
    fn profiles_refuse_passwords() {
        assert!(without_password("none").is_ok());
        let refused = without_password("redis://:s3cret@host").unwrap_err().message;
        assert!(!refused.contains("s3cret"), "{refused}");
        #[cfg(feature = "redis")]
        assert!(without_password("redis://host:6379").is_ok());
    }

    #[cfg(feature = "redis")]
    #[test]
    fn machines_with_the_same_password_use_the_same_names() {
        let secret = |url: &str| names_secret(&url.to_owned().into()).expose().to_owned();
        assert_eq!(secret("redis://:s3cret@one:1"), "s3cret");
        assert_eq!(secret("redis://user:s3cret@two/0"), "s3cret");
        assert_eq!(secret("redis://one:1"), secret("redis://two:2"));
    }
}
