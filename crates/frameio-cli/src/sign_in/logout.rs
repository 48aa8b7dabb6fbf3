//! `frameio logout`: what was signed in with is revoked and forgotten.

use super::secrets::Secrets;
use super::who::session;
use crate::connect::Connection;
use crate::exit::{Failure, Status};
use crate::output;
use crate::profile::{Config, SignIn};

pub(crate) async fn run(connection: &Connection) -> Result<(), Failure> {
    let config = Config::load()?;
    let name = connection.choice.name(&config).to_owned();
    let profile = config.profiles.get(&name).cloned().unwrap_or_default();
    let Some(sign_in) = &profile.sign_in else {
        return Err(Failure::new(Status::SignedOut, format!("profile {name} is not signed in")));
    };
    // What cannot be revoked is forgotten all the same, and told.
    let revoked = match sign_in {
        SignIn::Token => Ok(()),
        _ => match session(&name, sign_in, &connection.ims_url(&profile)) {
            Ok(session) => session.sign_out().await.map_err(Failure::from),
            Err(failure) => Err(failure),
        },
    };
    Secrets::remove(&name)?;
    Config::update(|config| {
        if let Some(profile) = config.profiles.get_mut(&name) {
            profile.sign_in = None;
        }
        Ok(())
    })?;
    match revoked {
        Ok(()) => output::line(&format!("profile {name} is signed out")),
        Err(failure) => {
            let message = format!("signed out here, but not revoked: {}", failure.message);
            Err(Failure::new(failure.status, message))
        }
    }
}
