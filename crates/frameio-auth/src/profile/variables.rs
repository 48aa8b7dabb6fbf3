//! Environment variables.

use std::ffi::OsString;

use frameio_core::{InvalidText, clean_text};

use super::error::ProfileError;

/// Function that looks up a variable by its name, such as [`std::env::var_os`].
pub type Lookup<'a> = dyn Fn(&str) -> Option<OsString> + 'a;

/// Returns a variable without surrounding whitespace. A blank variable counts as missing.
pub(super) fn variable(variables: &Lookup<'_>, name: &str) -> Result<Option<String>, ProfileError> {
    let Some(value) = variables(name) else { return Ok(None) };
    let Some(text) = value.to_str() else {
        return Err(ProfileError::variable(name, "is not valid UTF-8"));
    };
    match clean_text(text) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(InvalidText::Empty) => Ok(None),
        Err(problem) => Err(ProfileError::variable(name, problem)),
    }
}
