//! The chain file of a history: the lists in order, with a checksum of each.

use crate::error::{MhlError, MhlErrorKind};
use crate::hash::{HashFormat, HashValue};
use crate::path::refusal;
use crate::write::Page;
use crate::xml::{Element, ReadLimits, Visitor, visit};

/// Name of the chain file.
pub(crate) const FILE: &str = "ascmhl_chain.xml";

/// An entry of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Number of the generation.
    pub(crate) number: u64,
    /// Name of the list, in the same directory.
    pub(crate) file: String,
    /// Checksum of the list.
    pub(crate) hash: HashValue,
}

/// Parses a chain file.
pub(crate) fn parse(bytes: &[u8], limits: &ReadLimits) -> Result<Vec<Link>, MhlError> {
    let mut parser =
        Parser { links: Vec::new(), link: Partial::default(), most: limits.max_generations };
    visit(bytes, &mut parser)?;
    Ok(parser.links)
}

#[derive(Default)]
struct Partial {
    file: Option<String>,
    hash: Option<HashValue>,
}

struct Parser {
    links: Vec<Link>,
    link: Partial,
    most: usize,
}

impl Visitor for Parser {
    fn open(&mut self, element: &Element, parents: &[Element]) -> Result<(), MhlError> {
        match parents {
            [] if &*element.name != "ascmhldirectory" => {
                Err(MhlError::syntax(element.line, "it is not a chain file"))
            }
            [_] => {
                self.link = Partial::default();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn close(&mut self, element: Element, parents: &[Element]) -> Result<(), MhlError> {
        match parents {
            [_] if &*element.name == "hashlist" => {
                let link = self.end(&element)?;
                self.links.push(link);
            }
            [_, _] if &*element.name == "path" => {
                let path = element.text();
                if refusal(path).is_some() || path.contains('/') {
                    return Err(MhlError::syntax(element.line, "a list is in another directory"));
                }
                self.link.file = Some(path.to_owned());
            }
            [_, _] => {
                if let Some(format) = HashFormat::from_name(&element.name) {
                    let hash = HashValue::parse(format, element.trimmed());
                    self.link.hash =
                        Some(hash.map_err(|reason| MhlError::syntax(element.line, reason))?);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Parser {
    fn end(&mut self, element: &Element) -> Result<Link, MhlError> {
        let odd = |reason: &str| MhlError::syntax(element.line, reason);
        let number = element.attribute("sequencenr").and_then(|number| number.parse().ok());
        let number = number.ok_or_else(|| odd("a list has no number"))?;
        if self.links.last().is_some_and(|last| last.number >= number) {
            return Err(odd("the numbers of the lists do not increase"));
        }
        if self.links.len() >= self.most {
            let reason = format!("it has more than {} lists", self.most);
            return Err(MhlError::new(MhlErrorKind::Limit, reason));
        }
        let Partial { file, hash } = std::mem::take(&mut self.link);
        let file = file.ok_or_else(|| odd("a list has no path"))?;
        let hash = hash.ok_or_else(|| odd("a list has no checksum of a supported format"))?;
        Ok(Link { number, file, hash })
    }
}

/// Formats a chain file.
pub(crate) fn format(links: &[Link]) -> String {
    let mut page = Page::new("ascmhldirectory", &[("xmlns", "urn:ASC:MHL:DIRECTORY:v2.0")]);
    for link in links {
        page.open("hashlist", &[("sequencenr", &link.number.to_string())]);
        page.leaf("path", &[], &link.file);
        page.leaf(link.hash.format().name(), &[], link.hash.as_str());
        page.close("hashlist");
    }
    page.finish("ascmhldirectory")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_refuses_odd_chains() {
        let link = |number| Link {
            number,
            file: format!("{number:04}_a & b_2026.mhl"),
            hash: HashFormat::C4.hash(b"abc"),
        };
        let limits = ReadLimits::default();
        let links = [link(1), link(2), link(7)];
        assert_eq!(parse(format(&links).as_bytes(), &limits).unwrap(), links);
        assert_eq!(parse(format(&[]).as_bytes(), &limits).unwrap(), []);
        let outside = Link { file: "../x.mhl".to_owned(), ..link(1) };
        for (links, reason) in
            [(vec![link(2), link(2)], "do not increase"), (vec![outside], "another directory")]
        {
            let error = parse(format(&links).as_bytes(), &limits).unwrap_err();
            assert!(error.reason.contains(reason) && error.line.is_some(), "{error}");
        }
        assert!(parse(b"<hashlist version=\"2.0\"/>", &limits).is_err());
    }
}
