//! Variables of the environment.

use std::ffi::OsString;

use frameio_core::{InvalidText, clean_text};

use super::error::ProfileError;

/// Looks up a variable by its name: [`std::env::var_os`], or a map.
pub type Lookup<'a> = dyn Fn(&str) -> Option<OsString> + 'a;

/// Returns a variable without surrounding whitespace. An empty variable counts as missing.
pub(super) fn variable(variables: &Lookup<'_>, name: &str) -> Result<Option<String>, ProfileError> {
    let Some(value) = variables(name) else { return Ok(None) };
    let Some(text) = value.to_str() else {
        return Err(ProfileError::invalid(name, "is not valid UTF-8"));
    };
    match clean_text(text) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(InvalidText::Empty) => Ok(None),
        Err(error) => Err(ProfileError::invalid(name, error)),
    }
}
