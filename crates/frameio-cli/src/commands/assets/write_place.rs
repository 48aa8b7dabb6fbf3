//! Places of items that are moved or deleted.

use frameio::transfer::Resolved;

use crate::exit::Failure;
use crate::resolver::Resolver;

/// Resolves a place that does not depend on the current project: an absolute path, an id or a link.
pub(in crate::commands) async fn resolve_absolute(
    resolver: &Resolver<'_>,
    text: &str,
) -> Result<Resolved, Failure> {
    check_absolute(text)?;
    resolver.resolve(Some(text)).await
}

fn check_absolute(text: &str) -> Result<(), Failure> {
    let is_relative = text.contains('/') && !text.starts_with('/') && !text.contains("://");
    match is_relative {
        true => Err(Failure::usage(format!(
            "'{text}' is a relative path: pass an absolute one, such as /Workspace/Project/Folder, \
             or an ID"
        ))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_relative_paths() {
        for text in ["/W/P/a.mov", "//A/W/P", "0000001f-f1a0", "https://next.frame.io/project/1"] {
            assert!(check_absolute(text).is_ok(), "{text}");
        }
        for text in ["Dailies/a.mov", "./a.mov", "../x", "Dailies/"] {
            let failure = check_absolute(text).unwrap_err();
            assert!(failure.message.contains("is a relative path"), "{failure:?}");
        }
    }
}
