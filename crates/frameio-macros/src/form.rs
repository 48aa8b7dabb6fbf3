//! Whether a field is required, according to its type.

use syn::{GenericArgument, PathArguments, Type};

/// Way in which a field can be absent.
pub(crate) enum Form {
    /// Always sent, and an argument of `new`.
    Required,
    /// `Option<T>`: sent if set.
    Option(Box<Type>),
    /// `Patch<T>`: omitted, null or a value.
    Patch,
    /// Alias of `Option` or `Patch`, marked with `optional`.
    Alias,
}

impl Form {
    /// Determines the form from the tokens of a type. Generated code verifies that a required field is
    /// not an alias of an optional type.
    pub(crate) fn of(ty: &Type, marked_optional: bool) -> Self {
        match outer(ty) {
            Some((name, inner)) if name == "Option" => Self::Option(Box::new(inner.clone())),
            Some((name, _)) if name == "Patch" => Self::Patch,
            _ if marked_optional => Self::Alias,
            _ => Self::Required,
        }
    }

    pub(crate) fn is_required(&self) -> bool {
        matches!(self, Self::Required)
    }
}

/// Returns the last name of a type with one argument, and the argument, such as `Option` and `T`.
fn outer(ty: &Type) -> Option<(String, &Type)> {
    let segment = last_segment(ty)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    let mut arguments = arguments.args.iter();
    match (arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(inner)), None) => Some((segment.ident.to_string(), inner)),
        _ => None,
    }
}

fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        // A type passed on by a `macro_rules!` macro.
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// Returns whether a type is a number or a flag. Arguments of these types are not `impl Into<u64>`,
/// from which the type of a literal could not be inferred.
pub(crate) fn is_primitive(ty: &Type) -> bool {
    const PRIMITIVES: [&str; 16] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16",
        "u32", "u64", "u128", "usize",
    ];
    name(ty).is_some_and(|name| PRIMITIVES.contains(&name.as_str()))
}

/// Returns whether a type certainly does not implement `Check`.
pub(crate) fn is_plain(ty: &Type) -> bool {
    let inner = outer(ty).filter(|(name, _)| ["Option", "Patch", "Vec"].contains(&name.as_str()));
    match inner {
        Some((_, inner)) => is_plain(inner),
        None => is_primitive(ty) || name(ty).is_some_and(|name| name == "String"),
    }
}

/// Returns the name of a type without arguments.
fn name(ty: &Type) -> Option<String> {
    let segment = last_segment(ty)?;
    segment.arguments.is_empty().then(|| segment.ident.to_string())
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn recognizes_options_with_any_path() {
        for ty in [parse_quote!(Option<u8>), parse_quote!(::std::option::Option<u8>)] {
            assert!(matches!(Form::of(&ty, false), Form::Option(_)));
        }
        assert!(matches!(Form::of(&parse_quote!(frameio::Patch<u8>), false), Form::Patch));
        assert!(Form::of(&parse_quote!(Vec<Option<u8>>), false).is_required());
        assert!(Form::of(&parse_quote!(MaybeName), false).is_required());
        assert!(matches!(Form::of(&parse_quote!(MaybeName), true), Form::Alias));
    }

    #[test]
    fn numbers_and_flags_are_primitive() {
        assert!(is_primitive(&parse_quote!(u64)) && is_primitive(&parse_quote!(bool)));
        assert!(!is_primitive(&parse_quote!(String)) && !is_primitive(&parse_quote!(u64<T>)));
        assert!(is_plain(&parse_quote!(Option<Vec<String>>)));
        assert!(!is_plain(&parse_quote!(Option<Anchor>)));
    }
}
