//! `frameio logout`: revokes and deletes the tokens of a profile.

use crate::args::GlobalArgs;
use crate::config::{Config, SignIn};
use crate::credentials::{self, ProfileSecrets};
use crate::exit::{Failure, Status};
use crate::report::Reporter;

pub(super) async fn run(global: &GlobalArgs) -> Result<(), Failure> {
    let config = Config::load()?;
    let name = global.profile.name(&config).to_owned();
    let profile = config.profiles.get(&name).cloned().unwrap_or_default();
    let Some(sign_in) = &profile.sign_in else {
        return Err(Failure::new(Status::SignedOut, format!("profile {name} is not signed in")));
    };
    // Tokens that cannot be revoked are deleted all the same, and the failure is reported.
    let revoked = match sign_in {
        SignIn::Token => Ok(()),
        _ => match credentials::session(&name, sign_in, &global.ims_url(&profile)) {
            Ok(session) => session.sign_out().await.map_err(Failure::from),
            Err(failure) => Err(failure),
        },
    };
    ProfileSecrets::remove(&name)?;
    Config::update(|config| {
        if let Some(profile) = config.profiles.get_mut(&name) {
            profile.sign_in = None;
        }
        Ok(())
    })?;
    match revoked {
        Ok(()) => Reporter::text().line(&format!("profile {name} is signed out")),
        Err(failure) => {
            let message = format!("signed out here, but not revoked: {}", failure.message);
            Err(Failure::new(failure.status, message))
        }
    }
}
