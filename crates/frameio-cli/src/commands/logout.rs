//! `frameio logout`: revokes and deletes the tokens of a profile.

use frameio::auth::profile::{Profile, SignIn, Vault};

use super::profile::profile_change;
use crate::args::{GlobalArgs, JsonArgs};
use crate::config;
use crate::credentials;
use crate::exit::{Failure, Status};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    json: JsonArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let profiles = config::load()?;
    let name = global.profile.name(&profiles)?;
    let profile = profiles.profiles.get(&name).cloned().unwrap_or_default();
    let Some(sign_in) = &profile.sign_in else {
        return Err(Failure::new(Status::SignedOut, format!("profile '{name}' is not signed in")));
    };
    let vault = Vault::new(&config::directory()?, profile.storage, &name);
    // A failed revocation is reported, but does not keep the tokens.
    let revoked = match sign_in {
        SignIn::Token => Ok(()),
        _ => revoke(global, &name, &profile, &vault, sign_in).await,
    };
    vault.clear().await?;
    config::update(|profiles| {
        if let Some(profile) = profiles.profiles.get_mut(&name) {
            profile.sign_in = None;
        }
        Ok(())
    })?;
    match revoked {
        Ok(()) => args.json.print(&profile_change("signed_out", &name)),
        Err(failure) => {
            let message =
                format!("the tokens are deleted, but could not be revoked: {}", failure.message);
            Err(Failure::new(failure.status, message))
        }
    }
}

/// Revokes the tokens of a profile at the service that issued them, regardless of `--ims-url`.
async fn revoke(
    global: &GlobalArgs,
    name: &str,
    profile: &Profile,
    vault: &Vault,
    sign_in: &SignIn,
) -> Result<(), Failure> {
    let Some(secrets) = vault.secrets()? else { return Ok(()) };
    let mut settings = global.sign_in_settings(profile)?;
    settings.services = secrets.services;
    let credential = sign_in.credential(secrets.client_secret)?;
    let session = credentials::session(name, vault, credential, &settings)?;
    Ok(session.sign_out().await?)
}
