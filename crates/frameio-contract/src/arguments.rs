//! Command line arguments.

pub(crate) const USAGE: &str = "\
usage:
  frameio-contract compare [--base OLD.json] [--all] NEWER.json...
      Report the differences between newer OpenAPI documents and the shipped ones, and the changes
      that the code needs. Pass the stable and the experimental document of a version together.
      Exit status: 0 without differences that matter, 1 with such differences, 2 for bad input.
        --base OLD.json  compare with this document instead of the shipped one and the code
        --all            list differences of representation too
  frameio-contract operations
      Print docs/operations.md.";

/// Command to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Operations,
    Compare(Compare),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Compare {
    pub(crate) files: Vec<String>,
    pub(crate) base: Option<String>,
    pub(crate) lists_all: bool,
}

impl Compare {
    /// Returns the name of the document to compare with.
    pub(crate) fn base_name(&self) -> &str {
        self.base.as_deref().unwrap_or("the shipped document")
    }
}

impl Command {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut arguments = arguments.iter();
        match arguments.next().map(String::as_str) {
            Some("operations") if arguments.len() == 0 => return Ok(Self::Operations),
            Some("compare") => {}
            Some(other) => return Err(format!("unknown command '{other}'")),
            None => return Err("missing command".to_owned()),
        }
        let mut compare = Compare::default();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--all" => compare.lists_all = true,
                "--base" => {
                    let file = arguments.next().ok_or("'--base' requires a file")?;
                    compare.base = Some(file.clone());
                }
                option if option.starts_with('-') => {
                    return Err(format!("unknown option '{option}'"));
                }
                file => compare.files.push(file.to_owned()),
            }
        }
        if compare.files.is_empty() {
            return Err("'compare' requires a document".to_owned());
        }
        if compare.base.is_some() && compare.files.len() > 1 {
            return Err("'--base' accepts one document to compare".to_owned());
        }
        Ok(Self::Compare(compare))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, String> {
        Command::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn accepts_options_before_and_after_files() {
        let expected = Compare {
            files: vec!["new.json".to_owned()],
            base: Some("old.json".to_owned()),
            lists_all: true,
        };
        for line in
            ["compare --base old.json new.json --all", "compare --all new.json --base old.json"]
        {
            assert_eq!(parse(line), Ok(Command::Compare(expected.clone())), "{line}");
        }
        assert_eq!(parse("operations"), Ok(Command::Operations));
    }

    #[test]
    fn errors_name_the_wrong_argument() {
        for (line, expected) in [
            ("", "missing command"),
            ("diff", "'diff'"),
            ("compare", "requires a document"),
            ("compare --everything x.json", "'--everything'"),
            ("compare x.json --base", "'--base' requires a file"),
            ("compare --base a.json b.json c.json", "one document"),
        ] {
            assert!(parse(line).unwrap_err().contains(expected), "{line}");
        }
    }
}
