//! The path template, `/v4/accounts/{account_id}`.

use syn::{Error, LitStr, Result};

/// A path template with the names of its parameters.
pub(crate) struct Template {
    pub(crate) literal: LitStr,
    /// The names between braces, in their order.
    pub(crate) names: Vec<String>,
}

impl Template {
    pub(crate) fn new(literal: LitStr) -> Result<Self> {
        match names(&literal.value()) {
            Ok(names) => Ok(Self { literal, names }),
            Err(message) => Err(Error::new(literal.span(), message)),
        }
    }
}

fn names(template: &str) -> std::result::Result<Vec<String>, String> {
    if !template.starts_with('/') {
        return Err(format!("the path begins with a slash: write \"/{template}\""));
    }
    if let Some(at) = template.find(['?', '#']) {
        return Err(format!(
            "a path has no `{}`: mark fields with `#[endpoint(query)]` to send them in the query",
            &template[at..=at],
        ));
    }
    let mut names = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let name = rest[at..].strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let Some((name, after)) = name.filter(|(name, _)| !name.is_empty() && !name.contains('{'))
        else {
            return Err("a brace is not closed: write parameters as `{account_id}`".to_owned());
        };
        if names.iter().any(|other| other == name) {
            return Err(format!("`{{{name}}}` occurs twice in the path"));
        }
        names.push(name.to_owned());
        rest = after;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_names_in_their_order() {
        assert_eq!(names("/v4/me"), Ok(vec![]));
        assert_eq!(names("/a/{x}/b/{yy}"), Ok(vec!["x".to_owned(), "yy".to_owned()]));
        for wrong in ["v4/me", "/a/{x", "/a/x}", "/a/{}", "/a/{b{c}}", "/{x}/{x}", "/a?b", "/a#b"] {
            assert!(names(wrong).is_err(), "{wrong}");
        }
    }
}
