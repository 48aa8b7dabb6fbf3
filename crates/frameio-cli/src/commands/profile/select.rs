//! `frameio profile use`.

use super::{NamedArgs, profile_change};
use crate::config;
use crate::exit::Failure;

pub(super) fn run(args: &NamedArgs) -> Result<(), Failure> {
    config::update(|profiles| {
        if !profiles.profiles.contains_key(&args.name) {
            return Err(profiles.unknown(&args.name).into());
        }
        profiles.current = Some(args.name.clone());
        Ok(())
    })?;
    args.json.print(&profile_change("selected", &args.name))
}
