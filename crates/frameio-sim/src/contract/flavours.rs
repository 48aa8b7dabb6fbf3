//! Experimental flavours: additions to requests of stable operations with `api-version: experimental`.

use frameio_openapi::{Document, ParameterPlace};

use super::schema::{Field, Kind, Schema};
use super::{Flavour, Parameter, Spec, read};

/// Adds the flavours to `specs`, based on the specs of their operations in `copies`.
pub(super) fn add(specs: &mut [Spec], copies: Vec<Spec>) {
    for (spec, copy) in specs.iter_mut().zip(copies) {
        let id = Some(spec.operation.id);
        let Some(flavour) = Document::flavours().operations().find(|it| it.id() == id) else {
            continue;
        };
        let Spec { mut parameters, mut body, .. } = copy;
        for added in flavour.parameters(ParameterPlace::Query).flat_map(read::parameters) {
            add_parameter(&mut parameters, added);
        }
        if let (Some(body), Some(added)) = (&mut body, flavour.request_body()) {
            add_fields(&mut body.schema, read::content(added).schema);
        }
        spec.flavour = Some(Flavour { parameters, body });
    }
}

/// Adds a parameter, or adds values to the existing one with the same name.
fn add_parameter(parameters: &mut Vec<Parameter>, added: Parameter) {
    let same = parameters.iter_mut().find(|parameter| parameter.name == added.name);
    match (same.map(|parameter| &mut parameter.schema.kind), added.schema.kind) {
        (Some(Kind::OneOf(values)), Kind::OneOf(more)) => values.extend(more),
        (Some(kind), more) => panic!("{kind:?} cannot have {more:?} added"),
        (None, kind) => {
            let schema = Schema { nullable: added.schema.nullable, kind };
            parameters.push(Parameter { schema, ..added });
        }
    }
}

/// Adds the fields of an object to another.
fn add_fields(schema: &mut Schema, added: Schema) {
    let Kind::Object(added) = added.kind else { panic!("{added:?} has no fields") };
    match &mut schema.kind {
        Kind::Object(object) => object.fields.extend(added.fields),
        // The contract has unions with one member.
        Kind::Tagged { members, .. } if members.len() == 1 => {
            let object = members.iter_mut().find_map(|(_, member)| match &mut member.kind {
                Kind::Object(object) => Some(object),
                _ => None,
            });
            let fields: &mut Vec<Field> = &mut object
                .unwrap_or_else(|| panic!("a member of the union is not an object"))
                .fields;
            fields.extend(added.fields);
        }
        kind => panic!("{kind:?} has no fields"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::specs;
    use super::*;

    fn flavoured() -> Vec<&'static Spec> {
        specs().iter().filter(|spec| spec.flavour.is_some()).collect()
    }

    #[test]
    fn every_flavour_belongs_to_an_operation() {
        let documented = Document::flavours().operations().count();
        assert_eq!(flavoured().len(), documented);
    }

    #[test]
    fn a_flavour_accepts_more_than_its_operation() {
        let create =
            flavoured().into_iter().find(|it| it.operation.id == "folders.create").unwrap();
        let takes = |experimental, value| {
            let body = create.request(experimental).1.unwrap();
            body.take(json!({"data": {"name": "a", "restricted": value}})).is_ok()
        };
        assert!(takes(true, json!(true)));
        assert!(!takes(true, json!("yes")) && !takes(false, json!(true)));
        let list = flavoured().into_iter().find(|it| it.operation.id == "shares.index").unwrap();
        let has = |experimental| {
            list.request(experimental).0.iter().any(|parameter| &*parameter.name == "include")
        };
        assert!(has(true) && !has(false));
    }
}
