//! Path template, such as `/v4/accounts/{account_id}`.

use syn::{Error, LitStr, Result};

/// Path template with the names of its parameters.
pub(crate) struct Template {
    pub(crate) literal: LitStr,
    /// Names between braces, in order.
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
        return Err(format!("the path must start with a slash: \"/{template}\""));
    }
    if let Some(at) = template.find(['?', '#']) {
        return Err(format!(
            "the path must not contain `{}`: use fields with `#[endpoint(query)]` for the query",
            &template[at..=at],
        ));
    }
    let mut names = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let name = rest[at..].strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let Some((name, after)) = name.filter(|(name, _)| !name.is_empty() && !name.contains('{'))
        else {
            return Err(
                "invalid parameter in the path: write parameters as `{account_id}`".to_owned()
            );
        };
        if names.iter().any(|other| other == name) {
            return Err(format!("duplicate parameter `{{{name}}}` in the path"));
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
    fn parses_parameter_names_in_order() {
        assert_eq!(names("/v4/me"), Ok(vec![]));
        assert_eq!(names("/a/{x}/b/{yy}"), Ok(vec!["x".to_owned(), "yy".to_owned()]));
        for wrong in ["v4/me", "/a/{x", "/a/x}", "/a/{}", "/a/{b{c}}", "/{x}/{x}", "/a?b", "/a#b"] {
            assert!(names(wrong).is_err(), "{wrong}");
        }
    }
}
