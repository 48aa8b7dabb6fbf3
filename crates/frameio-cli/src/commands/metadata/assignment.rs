//! Assignments in arguments, such as `Status=Approved`.

use frameio::metadata::{MetadataChange, MetadataInput};
use frameio::metadata_fields::FieldDefinition;

use super::definitions::Definitions;
use super::people::People;
use super::value;
use crate::commands::by_name::NoMatch;
use crate::exit::Failure;

/// Returns whether an argument is an assignment. A place starts with `/`, `./`, `../` or `https://`, or
/// has no `=`.
pub(super) fn is_assignment(argument: &str) -> bool {
    let starts = ["/", "./", "../", "https://", "http://"];
    argument.contains('=') && !starts.iter().any(|start| argument.starts_with(start))
}

/// A field with the texts of its new values.
pub(super) struct Assignment<'a> {
    pub(super) definition: &'a FieldDefinition,
    texts: Vec<&'a str>,
}

/// Finds the fields of assignments. Repeated fields are combined.
pub(super) fn find<'a>(
    definitions: &'a Definitions,
    arguments: &[&'a str],
) -> Result<Vec<Assignment<'a>>, Failure> {
    let mut assignments: Vec<Assignment<'_>> = Vec::new();
    for argument in arguments {
        let (definition, text) = split(definitions, argument)?;
        if !definition.mutable {
            let name = &definition.name;
            let reason = "the service sets it, and its value cannot be changed";
            return Err(Failure::usage(format!("cannot set '{name}': {reason}")));
        }
        match assignments.iter_mut().find(|it| it.definition.id == definition.id) {
            Some(assignment) => assignment.texts.push(text),
            None => assignments.push(Assignment { definition, texts: vec![text] }),
        }
    }
    Ok(assignments)
}

/// Splits an assignment at the first `=` whose left side names a field, because names can contain `=`.
fn split<'a>(
    definitions: &'a Definitions,
    argument: &'a str,
) -> Result<(&'a FieldDefinition, &'a str), Failure> {
    let mut refused = None;
    for (at, _) in argument.match_indices('=') {
        let (name, text) = argument.split_at(at);
        let name = name.trim();
        let error = match definitions.find(name) {
            Ok(definition) => return Ok((definition, text.strip_prefix('=').unwrap_or(text))),
            Err(error) => error,
        };
        let message = format!("cannot set '{name}': {}", error.reason());
        if let NoMatch::Ambiguous(_) = error {
            return Err(Failure::usage(message));
        }
        refused.get_or_insert(message);
    }
    let message = refused.unwrap_or_else(|| format!("expected FIELD=VALUE, got '{argument}'"));
    Err(Failure::usage(message))
}

impl Assignment<'_> {
    /// Returns whether the value names users.
    pub(super) fn has_users(&self) -> bool {
        value::members(&self.definition.kind).is_some()
            && self.texts.iter().any(|text| !text.is_empty())
    }

    pub(super) fn change(&self, people: &People) -> Result<MetadataChange, Failure> {
        let input = self.input(people)?;
        Ok(MetadataChange::new(&self.definition.id, input))
    }

    fn input(&self, people: &People) -> Result<MetadataInput, Failure> {
        value::parse(&self.definition.kind, &self.texts, people)
            .map_err(|(text, reason)| Failure::value(&self.definition.name, text, reason))
    }

    /// Describes the assignment with the values as they were typed.
    pub(super) fn describe(&self) -> String {
        let texts: Vec<_> = self.texts.iter().copied().filter(|text| !text.is_empty()).collect();
        match texts.is_empty() {
            true => format!("{} cleared", self.definition.name),
            false => format!("{} = {}", self.definition.name, texts.join(", ")),
        }
    }
}
