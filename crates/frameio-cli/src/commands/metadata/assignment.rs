//! Assignments in arguments, such as `Status=Approved`.

use frameio::metadata::{MetadataChange, MetadataInput, SelectOptionId};
use frameio::metadata_fields::FieldDefinition;

use super::definitions::{self, Definitions};
use super::people::People;
use super::value;
use crate::commands::by_name::NoMatch;
use crate::commands::excerpt::excerpt;
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

    /// Describes the assignment with the names of options and people.
    pub(super) fn describe(&self, value: &MetadataInput, people: &People) -> String {
        let name = &self.definition.name;
        let value = match value {
            MetadataInput::Clear => return format!("{name} cleared"),
            MetadataInput::Text(text) => excerpt(text),
            MetadataInput::Select(selected) => {
                let options = definitions::options(&self.definition.kind).iter();
                let chosen = |id: &SelectOptionId| {
                    let option = options.clone().find(|option| option.id.as_ref() == Some(id));
                    option.map_or_else(|| id.to_string(), |option| option.display_name.clone())
                };
                selected.iter().map(chosen).collect::<Vec<_>>().join(", ")
            }
            MetadataInput::Users(users) => {
                users.iter().map(|user| people.name(user)).collect::<Vec<_>>().join(", ")
            }
            _ => self
                .texts
                .iter()
                .copied()
                .filter(|it| !it.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
        };
        format!("{name} = {value}")
    }
}
