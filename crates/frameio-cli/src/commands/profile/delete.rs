//! `frameio profile delete`.

use super::{NamedArgs, profile_change};
use crate::config;
use crate::exit::Failure;

/// Deletes a profile without a sign-in, whose tokens would otherwise stay in the keyring.
pub(super) fn run(args: &NamedArgs) -> Result<(), Failure> {
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
    args.json.print(&profile_change("deleted", name))
}
