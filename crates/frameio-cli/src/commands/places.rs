//! Places in arguments, and in standard input for `-`.

use std::collections::HashSet;

use frameio::transfer::Resolved;

use super::assets::id;
use crate::exit::Failure;
use crate::input::{self, STANDARD_INPUT};
use crate::resolver::{Purpose, Resolver};

/// Returns the places of the arguments; `-` stands for the lines of standard input.
pub(super) fn expand(arguments: &[String]) -> Result<Vec<String>, Failure> {
    let mut places = Vec::new();
    for argument in arguments {
        if argument == "-" {
            let text = input::text(&mut std::io::stdin(), STANDARD_INPUT)?;
            places.extend(text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()));
        } else {
            places.push(argument.clone());
        }
    }
    match places.is_empty() {
        true => Err(Failure::usage("no place given on standard input")),
        false => Ok(places),
    }
}

/// Resolves places in their order, each item once. All are resolved before any is changed.
pub(super) async fn resolve_all(
    resolver: &Resolver<'_>,
    places: &[String],
    purpose: Purpose,
) -> Result<Vec<Resolved>, Failure> {
    let mut seen = HashSet::new();
    let mut items = Vec::new();
    for place in places {
        let item = resolver.resolve_for(purpose, Some(place)).await?;
        if seen.insert(id(&item).to_owned()) {
            items.push(item);
        }
    }
    Ok(items)
}
