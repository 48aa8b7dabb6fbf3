//! `frameio profile delete`.

use crate::completion;
use crate::config;
use crate::exit::Failure;
use crate::report::Reporter;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name of the profile
    #[arg(add = completion::profile())]
    name: String,
}

/// Deletes a profile without a sign-in, whose tokens would otherwise stay in the keyring.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let name = &args.name;
    config::update(|profiles| {
        match profiles.profiles.get(name) {
            None => return Err(profiles.unknown(name).into()),
            Some(profile) if profile.sign_in.is_some() => {
                let message = format!(
                    "profile '{name}' is signed in: run `frameio logout --profile {name}` first"
                );
                return Err(Failure::usage(message));
            }
            Some(_) => profiles.profiles.remove(name),
        };
        profiles.current.take_if(|current| current == name);
        Ok(())
    })?;
    Reporter::text().line(&format!("deleted: profile '{name}'"))
}
