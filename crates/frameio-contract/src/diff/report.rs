//! Text form of [`Differences`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Difference, Differences, Direction, Weight};

/// Number of operations from which a shared line is printed once.
const SHARED: usize = 10;

/// Maximum number of operations that a line names.
const NAMED: usize = 3;

/// Report of [`Differences`]: those that matter by operation and by schema, then the others.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    differences: &'a Differences,
    lists_representation: bool,
}

impl<'a> Report<'a> {
    /// Creates a report that counts differences of representation, without listing them.
    pub const fn new(differences: &'a Differences) -> Self {
        Self { differences, lists_representation: false }
    }

    /// Sets whether differences of representation are listed.
    #[must_use]
    pub const fn list_representation(mut self, lists: bool) -> Self {
        self.lists_representation = lists;
        self
    }

    fn section(&self, f: &mut fmt::Formatter<'_>, weight: Weight) -> fmt::Result {
        for difference in self.differences.document.iter().filter(|it| it.weight == weight) {
            writeln!(f, "  {difference}")?;
        }
        self.operations(f, weight)?;
        for ((direction, name), schema) in &self.differences.schemas {
            let mut own = schema.differences.iter().filter(|it| it.weight == weight).peekable();
            if own.peek().is_some() {
                writeln!(f, "  schema {name}, in {direction} of {}", listed(&schema.operations))?;
            }
            for difference in own {
                writeln!(f, "    {difference}")?;
            }
        }
        Ok(())
    }

    /// Prints the differences of each operation, and names its schemas that differ.
    fn operations(&self, f: &mut fmt::Formatter<'_>, weight: Weight) -> fmt::Result {
        let Differences { operations, schemas, .. } = self.differences;
        let mut shared: BTreeMap<&Difference, BTreeSet<&str>> = BTreeMap::new();
        for (operation, differences) in operations {
            for difference in differences.iter().filter(|it| it.weight == weight) {
                shared.entry(difference).or_default().insert(operation);
            }
        }
        let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (difference, operations) in &shared {
            if operations.len() >= SHARED {
                writeln!(f, "  in {} operations: {difference}", operations.len())?;
                continue;
            }
            for operation in operations {
                lines.entry(operation).or_default().push(difference.to_string());
            }
        }
        let mut used: BTreeMap<(&str, Direction), Vec<&str>> = BTreeMap::new();
        for ((direction, name), schema) in schemas {
            if !schema.differences.iter().any(|it| it.weight == weight) {
                continue;
            }
            if schema.operations.len() >= SHARED.max(self.differences.compared / 2) {
                let number = schema.operations.len();
                writeln!(f, "  in {number} operations: {direction}: schema {name}")?;
                continue;
            }
            for operation in &schema.operations {
                used.entry((operation, *direction)).or_default().push(name);
            }
        }
        for ((operation, direction), names) in used {
            let line = format!("{direction}: schemas {}", names.join(", "));
            lines.entry(operation).or_default().push(line);
        }
        for (operation, lines) in lines {
            writeln!(f, "  {operation}")?;
            for line in lines {
                writeln!(f, "    {line}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "requests",
            Self::Response => "responses",
        })
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |weight| self.differences.with(weight).count();
        let (matters, representation) = (number(Weight::Matters), number(Weight::Representation));
        if matters > 0 {
            writeln!(f, "Differences that matter:")?;
            self.section(f, Weight::Matters)?;
        }
        if self.lists_representation && representation > 0 {
            writeln!(f, "Differences of representation:")?;
            self.section(f, Weight::Representation)?;
        }
        writeln!(
            f,
            "{} operations in both versions; {matters} differences that matter, {representation} \
             of representation",
            self.differences.compared
        )
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, place, what, .. } = self;
        for word in [part, place].into_iter().filter(|word| !word.is_empty()) {
            write!(f, "{word} ")?;
        }
        f.write_str(what)
    }
}

fn listed(operations: &BTreeSet<String>) -> String {
    let named: Vec<_> = operations.iter().take(NAMED).map(String::as_str).collect();
    match operations.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
