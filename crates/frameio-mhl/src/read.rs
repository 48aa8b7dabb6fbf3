//! Reading of lists: ASC MHL 2.0 and the legacy MHL 1.1.

use std::path::Path;

use jiff::Timestamp;

use crate::error::{MhlError, MhlErrorKind};
use crate::hash::{HashFormat, HashValue};
use crate::list::{Action, FileEntry, HashEntry, HashList, MhlVersion};
use crate::path::refusal;
use crate::xml::{Element, ReadLimits, Visitor, quote, read_file, visit};

impl HashList {
    /// Reads a list from a file, in ASC MHL 2.0 or in the legacy MHL 1.0 or 1.1.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, is too large, or does not follow its format.
    pub fn read(path: &Path, limits: &ReadLimits) -> Result<Self, MhlError> {
        let bytes = read_file(path, limits)?;
        Self::parse(&bytes, limits).map_err(|error| error.in_file(path))
    }

    /// Parses a list.
    ///
    /// # Errors
    ///
    /// Fails if the bytes are not a list, or have more files than allowed.
    pub fn parse(bytes: &[u8], limits: &ReadLimits) -> Result<Self, MhlError> {
        let mut parser = Parser { list: None, file: None, max_files: limits.max_files };
        visit(bytes, &mut parser)?;
        parser.list.ok_or_else(not_a_list)
    }
}

fn not_a_list() -> MhlError {
    MhlError::syntax(1, "it is not a media hash list")
}

struct Parser {
    list: Option<HashList>,
    /// File that is being read.
    file: Option<FileEntry>,
    max_files: usize,
}

impl Visitor for Parser {
    fn open(&mut self, element: &Element, parents: &[Element]) -> Result<(), MhlError> {
        if parents.is_empty() {
            self.list = Some(begin(element)?);
        } else if is_file(element, parents, self.version()) {
            let line = element.line;
            let (path, size, modified, hashes) = (String::new(), None, None, Vec::new());
            self.file = Some(FileEntry { path, previous_path: None, size, modified, hashes, line });
        }
        Ok(())
    }

    fn close(&mut self, element: Element, parents: &[Element]) -> Result<(), MhlError> {
        let version = self.version();
        if is_file(&element, parents, version) {
            return self.end_file();
        }
        let Some(parent) = parents.last() else { return Ok(()) };
        match (&mut self.file, version) {
            (Some(file), MhlVersion::AscMhl) if &*parent.name == "hash" => asc(file, &element),
            (Some(file), MhlVersion::Legacy) if &*parent.name == "hash" => legacy(file, &element),
            _ => {
                if let Some(list) = &mut self.list {
                    information(list, &element, parent);
                }
                Ok(())
            }
        }
    }
}

impl Parser {
    fn version(&self) -> MhlVersion {
        self.list.as_ref().map_or(MhlVersion::AscMhl, |list| list.version)
    }

    fn end_file(&mut self) -> Result<(), MhlError> {
        let (Some(file), Some(list)) = (self.file.take(), &mut self.list) else { return Ok(()) };
        if file.path.is_empty() {
            return Err(MhlError::syntax(file.line, "a file has no path"));
        }
        if list.files.len() >= self.max_files {
            let reason = format!("it has more than {} files", self.max_files);
            return Err(MhlError::new(MhlErrorKind::Limit, reason).at(file.line));
        }
        list.files.push(file);
        Ok(())
    }
}

/// Begins the list of a root element.
fn begin(root: &Element) -> Result<HashList, MhlError> {
    if &*root.name != "hashlist" {
        return Err(MhlError::syntax(root.line, "it is not a media hash list"));
    }
    let version = match root.attribute("version") {
        Some("2.0") => MhlVersion::AscMhl,
        Some("1.0" | "1.1") | None => MhlVersion::Legacy,
        Some(other) => {
            let reason = format!("version '{}' of the format is not supported", quote(other));
            return Err(MhlError::syntax(root.line, reason));
        }
    };
    Ok(HashList {
        version,
        created: None,
        tool: None,
        process: None,
        ignore: Vec::new(),
        files: Vec::new(),
    })
}

/// Returns whether an element is the entry of a file.
fn is_file(element: &Element, parents: &[Element], version: MhlVersion) -> bool {
    let is_inside = match (version, parents) {
        (MhlVersion::AscMhl, [_, hashes]) => &*hashes.name == "hashes",
        (MhlVersion::Legacy, [_]) => true,
        _ => false,
    };
    is_inside && &*element.name == "hash"
}

/// Reads a child of a file in ASC MHL 2.0.
fn asc(file: &mut FileEntry, element: &Element) -> Result<(), MhlError> {
    if &*element.name == "path" {
        set_path(file, element)?;
        file.size = element.attribute("size").map(|size| number(element, size)).transpose()?;
        file.modified = element.attribute("lastmodificationdate").and_then(time);
    } else if &*element.name == "previousPath" {
        file.previous_path = Some(checked_path(element)?.to_owned());
    } else if let Some(format) = HashFormat::from_name(&element.name) {
        let action = element.attribute("action").and_then(Action::from_name);
        push(file, element, format, action, false)?;
    }
    Ok(())
}

/// Reads a child of a file in a legacy list.
fn legacy(file: &mut FileEntry, element: &Element) -> Result<(), MhlError> {
    match &*element.name {
        "file" => set_path(file, element),
        "size" => {
            file.size = Some(number(element, element.trimmed())?);
            Ok(())
        }
        "lastmodificationdate" => {
            file.modified = time(element.trimmed());
            Ok(())
        }
        "md5" => push(file, element, HashFormat::Md5, None, false),
        "sha1" => push(file, element, HashFormat::Sha1, None, false),
        "xxhash64be" => push(file, element, HashFormat::Xxh64, None, false),
        // Tools wrote the bytes of this one in the order of their machine.
        "xxhash64" => push(file, element, HashFormat::Xxh64, None, true),
        _ => Ok(()),
    }
}

/// Returns the path in an element.
fn checked_path(element: &Element) -> Result<&str, MhlError> {
    let path = element.text();
    if let Some(reason) = refusal(path) {
        let reason = format!("{reason}: '{}'", quote(path));
        return Err(MhlError::new(MhlErrorKind::Path, reason).at(element.line));
    }
    Ok(path)
}

fn set_path(file: &mut FileEntry, element: &Element) -> Result<(), MhlError> {
    let path = checked_path(element)?;
    if !file.path.is_empty() {
        return Err(MhlError::syntax(element.line, "a file has two paths"));
    }
    path.clone_into(&mut file.path);
    Ok(())
}

fn push(
    file: &mut FileEntry,
    element: &Element,
    format: HashFormat,
    action: Option<Action>,
    any_byte_order: bool,
) -> Result<(), MhlError> {
    let value = HashValue::parse(format, element.trimmed());
    let value = value.map_err(|reason| MhlError::syntax(element.line, reason))?;
    if file.hashes.len() >= 64 {
        let reason = "a file has more than 64 checksums";
        return Err(MhlError::new(MhlErrorKind::Limit, reason).at(element.line));
    }
    file.hashes.push(HashEntry { value, action, any_byte_order });
    Ok(())
}

fn number(element: &Element, text: &str) -> Result<u64, MhlError> {
    text.parse().map_err(|_| {
        MhlError::syntax(element.line, format!("'{}' is not a number of bytes", quote(text)))
    })
}

/// Parses a time. A time that cannot be parsed counts as missing, because nothing depends on it.
fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Reads the information about a list.
fn information(list: &mut HashList, element: &Element, parent: &Element) {
    let text = || Some(element.trimmed().to_owned()).filter(|text| !text.is_empty());
    match (&*parent.name, &*element.name) {
        ("creatorinfo", "creationdate" | "startdate") => list.created = text(),
        ("creatorinfo", "tool") => {
            let version = element.attribute("version").map(|version| format!(" {version}"));
            list.tool = text().map(|name| name + &version.unwrap_or_default());
        }
        ("processinfo", "process") => list.process = text(),
        ("ignore", "pattern") if list.ignore.len() < 10_000 => list.ignore.extend(text()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<HashList, MhlError> {
        HashList::parse(text.as_bytes(), &ReadLimits::default())
    }

    fn asc_list(hashes: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<hashlist version=\"2.0\" xmlns=\"urn:ASC:MHL:v2.0\">\n\
             <creatorinfo><creationdate>2026-11-29T02:59:24+00:00</creationdate>\
             <tool version=\"1.2\">ascmhl</tool></creatorinfo>\n\
             <processinfo><process>in-place</process><roothash><content><xxh64>00</xxh64></content></roothash>\
             <ignore><pattern>.DS_Store</pattern></ignore></processinfo>\n\
             <hashes>{hashes}</hashes></hashlist>"
        )
    }

    #[test]
    fn reads_asc_mhl() {
        let list = parse(&asc_list(
            "<hash><path size=\"4\" lastmodificationdate=\"2026-11-29T03:59:24+01:00\">A/b &amp; &lt;c&gt;.wav</path>\
             <xxh64 action=\"original\" hashdate=\"x\">3D7946A0203643E4</xxh64><blake3>1</blake3></hash>\
             <directoryhash><path>A</path><content><xxh64>00</xxh64></content></directoryhash>",
        ))
        .unwrap();
        assert_eq!((list.version, list.tool.as_deref()), (MhlVersion::AscMhl, Some("ascmhl 1.2")));
        assert_eq!(
            (list.process.as_deref(), &*list.ignore),
            (Some("in-place"), &[".DS_Store".to_owned()][..])
        );
        let [file] = &*list.files else { panic!("{:?}", list.files) };
        assert_eq!((&*file.path, file.size), ("A/b & <c>.wav", Some(4)));
        assert_eq!(file.modified.unwrap().to_string(), "2026-11-29T02:59:24Z");
        let [hash] = &*file.hashes else { panic!("{:?}", file.hashes) };
        assert_eq!(
            (hash.value.as_str(), hash.action),
            ("3d7946a0203643e4", Some(Action::Original))
        );
    }

    #[test]
    fn reads_legacy_lists() {
        let list = parse(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<hashlist version=\"1.1\">\n<creatorinfo>\
             <name>Ana</name><tool>Silverstack 6</tool><startdate>2015-01-01T10:00:00Z</startdate></creatorinfo>\n\
             <hash>\n<file>A/a.mov</file>\n<size>3</size>\n<lastmodificationdate>2014-10-24T10:00:00Z</lastmodificationdate>\n\
             <xxhash64be>44bc2cf5ad770999</xxhash64be>\n<hashdate>x</hashdate></hash>\n\
             <hash><file>b.mov</file><md5>900150983cd24fb0d6963f7d28e17f72</md5></hash>\
             <hash><file>c.mov</file><xxhash64>990977adf52cbc44</xxhash64></hash>\
             <hash><file>d.mov</file><null/></hash></hashlist>",
        )
        .unwrap();
        assert_eq!(
            (list.version, list.tool.as_deref()),
            (MhlVersion::Legacy, Some("Silverstack 6"))
        );
        let formats: Vec<_> =
            list.files.iter().map(|file| file.hashes.first().map(HashEntry::format)).collect();
        let xxh64 = Some(HashFormat::Xxh64);
        assert_eq!(formats, [xxh64, Some(HashFormat::Md5), xxh64, None]);
        for file in list.files.iter().take(3) {
            let [hash] = &*file.hashes else { panic!("{file:?}") };
            assert!(hash.matches(&hash.format().hash(b"abc")), "{file:?}");
            assert!(!hash.matches(&hash.format().hash(b"abd")), "{file:?}");
        }
    }

    #[test]
    fn names_line_and_reason_of_odd_input() {
        let hash = |inner: &str| asc_list(&format!("\n<hash>\n{inner}\n</hash>"));
        let ok = "<path>a</path>";
        for (text, line, reason) in [
            (String::new(), 1, "no XML element"),
            ("hello".to_owned(), 1, "text outside"),
            ("<a/>".to_owned(), 1, "not a media hash list"),
            ("<hashlist version=\"3.0\"/>".to_owned(), 1, "version '3.0'"),
            ("<hashlist version=\"2.0\">\n<hashes>".to_owned(), 2, "not closed"),
            (
                "<hashlist version=\"2.0\"/>\n<hashlist version=\"2.0\"/>".to_owned(),
                2,
                "more than one root",
            ),
            (hash(""), 6, "no path"),
            (hash("<path>../a</path>"), 7, "'..'"),
            (hash("<path>/etc/passwd</path>"), 7, "not relative"),
            (hash(&format!("{ok}\n<previousPath>../a</previousPath>")), 8, "'..'"),
            (hash("<path>a&#27;b</path>"), 7, "XML cannot represent"),
            (hash("<path size=\"-1\">a</path>"), 7, "'-1' is not a number"),
            (hash(&format!("{ok}{ok}")), 7, "two paths"),
            (hash(&format!("{ok}\n<xxh64>123</xxh64>")), 8, "'123' is not a checksum in xxh64"),
            (hash(&format!("{ok}\n<md5>&x;</md5>")), 8, "entity 'x' is not resolved"),
            (hash(&format!("{ok}\n<md5>a</sha1>")), 8, "md5"),
            (hash(&"<x>".repeat(100)), 7, "nested deeper"),
            (hash(&format!("<path>{}</path>", "x".repeat(70_000))), 7, "longer than 64 KiB"),
        ] {
            let error = parse(&text).unwrap_err();
            assert!(error.reason.contains(reason), "{text}: {error}");
            assert_eq!(error.line, Some(line), "{text}: {error}");
        }
        let error =
            HashList::parse(b"<hashlist>\n\xff</hashlist>", &ReadLimits::default()).unwrap_err();
        assert_eq!((error.line, &*error.reason), (Some(2), "it is not UTF-8"));
    }

    #[test]
    fn never_resolves_entities_and_limits_files() {
        let text = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<hashlist version=\"1.1\">\n\
                    <hash><file>&x;</file></hash></hashlist>";
        let error = parse(text).unwrap_err();
        assert_eq!((error.line, &*error.reason), (Some(3), "entity 'x' is not resolved"));
        let limits = ReadLimits { max_files: 2, ..ReadLimits::default() };
        let files = "<hash><path>a</path></hash>".repeat(3);
        let error = HashList::parse(asc_list(&files).as_bytes(), &limits).unwrap_err();
        assert_eq!(error.kind, MhlErrorKind::Limit);
    }

    #[test]
    fn reads_lists_of_many_files_with_white_space_between_them() {
        let file = |number: usize, name: &str| {
            format!("\n    <hash>\n      <{name}>f{number}.exr</{name}>\n    </hash>")
        };
        let files = |name: &str| (0..20_000).map(|at| file(at, name)).collect::<String>();
        let asc = parse(&asc_list(&files("path"))).unwrap();
        let legacy = format!("<hashlist version=\"1.1\">{}\n</hashlist>", files("file"));
        assert_eq!([asc.files.len(), parse(&legacy).unwrap().files.len()], [20_000; 2]);
    }

    #[test]
    fn never_panics_on_mutated_input() {
        let whole = asc_list(
            "<hash><path size=\"4\">A/b &amp; c</path><xxh64 action=\"original\">3d7946a0203643e4</xxh64></hash>",
        );
        let mut random = fastrand::Rng::with_seed(18);
        for length in 0..whole.len() {
            drop(HashList::parse(&whole.as_bytes()[..length], &ReadLimits::default()));
        }
        for _ in 0..3000 {
            let mut bytes = whole.clone().into_bytes();
            for _ in 0..random.usize(1..4) {
                let at = random.usize(..bytes.len());
                bytes[at] = random.u8(..);
            }
            drop(HashList::parse(&bytes, &ReadLimits::default()));
        }
    }
}
