//! `index.html`: a page that opens without a network, a server or scripts.

mod text;

use std::iter::Peekable;

use frameio_api::assets::Asset;
use frameio_api::comments::{Comment, MediaTime};
use frameio_api::files::File;
use frameio_api::metadata::{MetadataField, MetadataValue};
use frameio_api::users::User;

use self::text::{escape, link, size};
use crate::directory::Directory;
use crate::error::ArchiveError;
use crate::layout::{
    COMMENTS, Counts, FILES, HEAD, Head, ITEMS, Item, MEMBERS, MembersFile, PAGE, SHARES, STATE,
    SUMMARY, SavedComments, SavedFile, SharesFile, SummaryFile,
};
use crate::lines::{Lines, NewFile};

/// The page loads nothing but files of the archive, and runs no script.
const START: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"referrer\" content=\"no-referrer\">
<meta name=\"viewport\" content=\"width=device-width\">
";

const STYLE: &str = "<style>
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222;background:#fff}
h1{margin-bottom:0}h2{margin-top:2rem;border-bottom:1px solid #ccc;font-size:1.1rem;overflow-wrap:anywhere}
.item{padding:.4rem 0;border-bottom:1px solid #eee;overflow-wrap:anywhere}
.note{color:#666}details{margin:.2rem 0 .2rem 1rem}summary{cursor:pointer}
.comment{margin:.4rem 0;white-space:pre-wrap}.reply{margin-left:2rem}
table{border-collapse:collapse}td,th{text-align:left;padding:.1rem 1rem .1rem 0;vertical-align:top}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}a{color:#8bf}.item,h2{border-color:#444}.note{color:#999}}
</style>
</head>
<body>
";

/// Writes the page from the files of the archive, which have the same order. Blocks.
pub(crate) fn write(directory: &Directory) -> Result<(), ArchiveError> {
    let head: Head = directory.read_json(HEAD)?;
    let summary: SummaryFile = directory.read_json(SUMMARY)?;
    let mut page = Page {
        file: NewFile::create(directory.at(PAGE), &directory.at(STATE))?,
        files: Lines::open(&directory.at(FILES))?.peekable(),
        comments: Lines::open(&directory.at(COMMENTS))?.peekable(),
    };
    page.start(&head, &summary.counts)?;
    let mut folder: Option<Vec<String>> = None;
    for item in Lines::<Item>::open(&directory.at(ITEMS))? {
        let item = item?;
        let parent = item.path.get(..item.path.len().saturating_sub(1)).unwrap_or_default();
        if folder.as_deref() != Some(parent) {
            page.heading(&frameio_transfer::RemotePath::new(parent).to_string())?;
            folder = Some(parent.to_vec());
        }
        page.item(&item)?;
    }
    page.members(directory.read_json(MEMBERS)?)?;
    page.shares(directory.read_json(SHARES)?)?;
    page.missing(&summary)?;
    page.file.text("</body>\n</html>\n")?;
    page.file.finish()
}

struct Page {
    file: NewFile,
    files: Peekable<Lines<SavedFile>>,
    comments: Peekable<Lines<SavedComments>>,
}

impl Page {
    fn start(&mut self, head: &Head, counts: &Counts) -> Result<(), ArchiveError> {
        let name = escape(&head.project_name);
        self.file.text(START)?;
        self.file.text(&format!("<title>{name}</title>\n{STYLE}<h1>{name}</h1>\n"))?;
        self.file.text(&format!(
            "<p class=\"note\">Archive of {}, with {} files ({}), {} folders, {} comments and {} replies. \
             <a href=\"archive.json\">archive.json</a> and <a href=\"data/\">data</a> have all details.</p>\n",
            escape(&head.created_at.strftime("%Y-%m-%d %H:%M UTC").to_string()),
            counts.files,
            size(counts.bytes),
            counts.folders,
            counts.comments,
            counts.replies,
        ))
    }

    fn heading(&mut self, path: &str) -> Result<(), ArchiveError> {
        let path = if path.is_empty() { "/" } else { path };
        self.file.text(&format!("<h2>{}</h2>\n", escape(path)))
    }

    fn item(&mut self, item: &Item) -> Result<(), ArchiveError> {
        match &item.asset {
            Asset::Folder(folder) => {
                let name = escape(&folder.name);
                self.file.text(&format!("<div class=\"item\">{name}/</div>\n"))
            }
            Asset::VersionStack(stack) => {
                let count = item.versions.len();
                let head = stack.head_version.as_ref().map(|head| &head.id);
                self.file.text(&format!(
                    "<div class=\"item\">{} <span class=\"note\">{count} versions</span>\n",
                    escape(&stack.name)
                ))?;
                for (at, version) in item.versions.iter().enumerate() {
                    let mut label = match item.is_ordered {
                        true => format!("v{} ", at + 1),
                        false => String::new(),
                    };
                    if Some(&version.file.id) == head {
                        label.push_str("head ");
                    }
                    self.file.text("<div class=\"item\">")?;
                    self.content(&version.file, version.local.as_deref(), &label)?;
                    self.file.text("</div>\n")?;
                }
                self.file.text("</div>\n")
            }
            Asset::File(file) => {
                self.file.text("<div class=\"item\">")?;
                self.content(file, item.local.as_deref(), "")?;
                self.file.text("</div>\n")
            }
            other => {
                let (name, kind) = (escape(other.name()), escape(other.kind()));
                let note = format!("<span class=\"note\">{kind}, not saved</span>");
                self.file.text(&format!("<div class=\"item\">{name} {note}</div>\n"))
            }
        }
    }

    /// Writes the name, the metadata and the comments of a file.
    fn content(
        &mut self,
        file: &File,
        local: Option<&str>,
        label: &str,
    ) -> Result<(), ArchiveError> {
        let saved = match self.files.peek() {
            Some(Ok(saved)) if saved.file_id == file.id => {
                self.files.next();
                true
            }
            _ => false,
        };
        let name = match local.filter(|_| saved) {
            Some(local) => format!("<a href=\"{}\">{}</a>", link(local), escape(&file.name)),
            None => format!("{} <span class=\"note\">not saved</span>", escape(&file.name)),
        };
        let date = file.created_at.strftime("%Y-%m-%d %H:%M UTC").to_string();
        let creator = file.creator.as_deref().map(person).unwrap_or_default();
        self.file.text(&format!(
            "{label}{name} <span class=\"note\">{}, {date}, {creator}</span>\n",
            size(file.file_size)
        ))?;
        self.metadata(file.metadata.as_deref().unwrap_or_default())?;
        let comments = match self.comments.peek() {
            Some(Ok(of_file)) if of_file.file_id == file.id => self.comments.next().transpose()?,
            _ => None,
        };
        match comments {
            Some(of_file) => self.comments(&of_file.comments),
            None => Ok(()),
        }
    }

    fn metadata(&mut self, fields: &[MetadataField]) -> Result<(), ArchiveError> {
        let rows: String = fields
            .iter()
            .filter_map(|field| Some((field, value(field.value.as_ref()?))))
            .filter(|(_, value)| !value.is_empty())
            .map(|(field, value)| {
                let name = escape(&field.field_definition_name);
                format!("<tr><th>{name}</th><td>{}</td></tr>\n", escape(&value))
            })
            .collect();
        match rows.is_empty() {
            true => Ok(()),
            false => self.file.text(&format!(
                "<details><summary>Metadata</summary><table>\n{rows}</table></details>\n"
            )),
        }
    }

    fn comments(&mut self, comments: &[Comment]) -> Result<(), ArchiveError> {
        let count = comments.len();
        self.file.text(&format!("<details open><summary>{count} comments</summary>\n"))?;
        for comment in comments {
            self.comment(comment, "comment")?;
            for reply in comment.replies.iter().flatten() {
                self.comment(reply, "comment reply")?;
            }
        }
        self.file.text("</details>\n")
    }

    fn comment(&mut self, comment: &Comment, class: &str) -> Result<(), ArchiveError> {
        let author = comment.owner.as_ref().map(person).unwrap_or_default();
        let mut notes = vec![comment.created_at.strftime("%Y-%m-%d %H:%M UTC").to_string()];
        notes.extend(comment.timestamp.as_ref().map(position));
        notes.extend(comment.page.map(|page| format!("page {page}")));
        if comment.completed_at.is_some() {
            notes.push("completed".to_owned());
        }
        for attachment in comment.attachments.iter().flatten() {
            notes.push(format!("attached '{}', not saved", attachment.name));
        }
        let (notes, text) = (escape(&notes.join(", ")), escape(&comment.text));
        self.file.text(&format!(
            "<div class=\"{class}\"><b>{author}</b> <span class=\"note\">{notes}</span>\n{text}</div>\n"
        ))
    }

    fn members(&mut self, members: MembersFile) -> Result<(), ArchiveError> {
        let Some(members) = members.filter(|members| !members.is_empty()) else { return Ok(()) };
        self.file.text("<h2>Members</h2>\n<table>\n")?;
        for member in members {
            let (name, role) = (person(&member.user), escape(member.role.as_str()));
            self.file.text(&format!("<tr><td>{name}</td><td>{role}</td></tr>\n"))?;
        }
        self.file.text("</table>\n")
    }

    fn shares(&mut self, shares: SharesFile) -> Result<(), ArchiveError> {
        let Some(shares) = shares.filter(|shares| !shares.is_empty()) else { return Ok(()) };
        self.file.text("<h2>Shares</h2>\n")?;
        for saved in shares {
            let name = escape(saved.share.name.as_deref().unwrap_or("Share"));
            let (access, items) = (escape(saved.share.access.as_str()), saved.assets.len());
            let note = format!("<span class=\"note\">{access}, {items} items</span>");
            self.file.text(&format!("<div class=\"item\">{name} {note}</div>\n"))?;
        }
        Ok(())
    }

    fn missing(&mut self, summary: &SummaryFile) -> Result<(), ArchiveError> {
        if summary.missing.is_empty() {
            return Ok(());
        }
        self.file.text("<h2>Not saved</h2>\n<table>\n")?;
        for missing in &summary.missing {
            let (what, reason) = (escape(&missing.what), escape(&missing.reason));
            self.file.text(&format!("<tr><td>{what}</td><td>{reason}</td></tr>\n"))?;
        }
        self.file.text("</table>\n")
    }
}

/// Returns the escaped name of a user.
fn person(user: &User) -> String {
    escape(user.name.as_deref().unwrap_or(&user.email))
}

fn position(time: &MediaTime) -> String {
    match time {
        MediaTime::Frame(frame) => format!("frame {frame}"),
        other => serde_json::to_value(other)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default(),
    }
}

/// Returns the text of a value, which is not escaped yet.
fn value(value: &MetadataValue) -> String {
    match value {
        MetadataValue::Text(text) => text.clone(),
        MetadataValue::Number(number) => number.to_string(),
        MetadataValue::Toggle(toggle) => if *toggle { "yes" } else { "no" }.to_owned(),
        MetadataValue::Select(options) => {
            let names: Vec<_> = options.iter().map(|option| option.display_name.as_str()).collect();
            names.join(", ")
        }
        MetadataValue::Users(users) => {
            let ids: Vec<_> = users.iter().map(|user| user.id.as_str()).collect();
            ids.join(", ")
        }
        MetadataValue::Empty => String::new(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
