//! A page for printing, in one file: a comment with its picture, drawing, replies and state.
//!
//! **Opened by** browsers, whose print dialog makes a PDF. It cannot be read back.
//!
//! **Lost**: colours, ids, addresses of attachments, and when and by whom a comment was completed. The page begins
//! with the [`thumbnail`](crate::WriteOptions::thumbnail) of the media file. A comment has its picture of
//! [`stills`](crate::WriteOptions::stills); without one, a drawing is shown on an empty frame. Pictures are part
//! of the page, and a policy in the page forbids browsers to load or run anything.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use crate::error::WriteError;
use crate::formats::drawing::{self, Shape};
use crate::loss::{LossKind, OutputFile};
use crate::model::{Attachment, Marker};
use crate::options::Picture;
use crate::plan::{Placed, Plan};
use crate::text;
use crate::xml::Page;

const STYLE: &str = "body{font:14px/1.4 sans-serif;margin:2em;color:#111}\
header{display:flex;gap:1em;align-items:flex-end;margin-bottom:1em}\
header img{max-width:16em;max-height:9em}h1{margin:0}\
article{display:flex;gap:1em;padding:1em 0;border-top:1px solid #ccc;break-inside:avoid}\
figure{position:relative;flex:0 0 16em;margin:0;background:#222}\
figure img,figure svg{width:100%;height:100%;display:block}\
figure svg{position:absolute;inset:0}\
.text{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3em 0}\
.reply{margin-left:1.5em}.meta{color:#555}.done{color:#070}code{font-size:1em}\
@media print{body{margin:0}header{break-after:avoid}figure{print-color-adjust:exact}}";

/// Nothing is loaded and nothing runs.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let title = clean(&text::single_line(&plan.media.name));
    let mut page = Page::html()?;
    page.open("html", &[("lang", "en")])?;
    page.open("head", &[])?;
    page.empty("meta", &[("charset", "utf-8")])?;
    page.empty("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)])?;
    page.leaf("title", &[], &title)?;
    page.leaf("style", &[], STYLE)?;
    page.close("head")?;
    page.open("body", &[])?;
    page.open("header", &[])?;
    if let Some(picture) = &plan.options.thumbnail {
        image(&mut page, picture)?;
    }
    page.open("div", &[])?;
    page.leaf("h1", &[], &title)?;
    let open = plan.placed.iter().filter(|placed| !placed.marker.completed).count();
    let rate = plan.media.rate().to_f64();
    let count = plan.placed.len();
    let summary = format!("{count} comments, {open} open, {rate:.3} frames per second");
    page.leaf("div", &[("class", "meta")], &summary)?;
    page.close("div")?;
    page.close("header")?;
    for placed in plan.by_time() {
        article(&mut page, plan, placed)?;
    }
    page.close("body")?;
    page.close("html")?;
    Ok(vec![OutputFile::new("html", page.finish())])
}

fn article(page: &mut Page, plan: &mut Plan<'_>, placed: Placed<'_>) -> Result<(), WriteError> {
    let marker = placed.marker;
    page.open("article", &[])?;
    let shapes = marker.annotation.as_deref().map(drawing::shapes).unwrap_or_default();
    figure(page, plan, marker, &shapes)?;
    page.open("div", &[])?;
    page.open_inline("div", &[])?;
    if let Some(frame) = placed.frame {
        let mut label = plan.label(frame)?;
        if let Some(length) = placed.length.filter(|length| *length > 1) {
            label.push_str(" – ");
            label.push_str(&plan.label(frame.saturating_add(length) - 1)?);
        }
        page.leaf("code", &[], &label)?;
        page.text(" ")?;
    }
    if let Some(label) = marker.label() {
        page.leaf("strong", &[], &clean(&label))?;
    }
    if marker.completed {
        page.text(" ")?;
        page.leaf("span", &[("class", "done")], "✓ done")?;
    }
    if marker.internal == Some(true) {
        page.leaf("span", &[("class", "meta")], " internal")?;
    }
    let mut details = dates(marker.created_at, marker.edited_at, marker.updated_at);
    if let Some(name) = marker.name.as_ref().filter(|_| marker.author.is_some()) {
        details.push_str(&format!(" · {}", clean(&text::single_line(name))));
    }
    if let Some(number) = marker.page {
        details.push_str(&format!(" · page {number}"));
    }
    if !details.is_empty() {
        page.leaf("span", &[("class", "meta")], &details)?;
    }
    page.close("div")?;
    page.leaf("div", &[("class", "text")], &clean(&marker.text))?;
    if marker.has_annotation() && shapes.is_empty() {
        plan.lose(marker, LossKind::Annotation, "the drawing: only marked");
        page.leaf("div", &[("class", "meta")], "[drawing]")?;
    }
    attachments(page, &marker.attachments)?;
    for link in &marker.links {
        page.leaf("div", &[("class", "meta")], &clean(link))?;
    }
    for reply in &marker.replies {
        page.open("div", &[("class", "reply")])?;
        page.open_inline("div", &[])?;
        page.leaf("strong", &[], &clean(&reply.author.display()))?;
        if reply.internal == Some(true) {
            page.leaf("span", &[("class", "meta")], " internal")?;
        }
        let dates = dates(reply.created_at, reply.edited_at, reply.updated_at);
        if !dates.is_empty() {
            page.leaf("span", &[("class", "meta")], &dates)?;
        }
        page.close("div")?;
        page.leaf("div", &[("class", "text")], &clean(&reply.text))?;
        attachments(page, &reply.attachments)?;
        page.close("div")?;
    }
    page.close("div")?;
    page.close("article")?;
    Ok(())
}

/// When a message was written, edited and changed otherwise.
fn dates(
    created: Option<Timestamp>,
    edited: Option<Timestamp>,
    updated: Option<Timestamp>,
) -> String {
    let time = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let mut text = created.map(|created| format!(" {}", time(created))).unwrap_or_default();
    if let Some(edited) = edited {
        text.push_str(&format!(" · edited {}", time(edited)));
    }
    if let Some(updated) = updated.filter(|_| ![created, edited].contains(&updated)) {
        text.push_str(&format!(" · changed {}", time(updated)));
    }
    text
}

fn attachments(page: &mut Page, attachments: &[Attachment]) -> std::io::Result<()> {
    for attachment in attachments {
        let name = clean(&attachment.name);
        page.leaf("div", &[("class", "meta")], &format!("Attachment: {name}"))?;
    }
    Ok(())
}

fn figure(
    page: &mut Page,
    plan: &Plan<'_>,
    marker: &Marker,
    shapes: &[Shape],
) -> std::io::Result<()> {
    let picture = marker.id.as_ref().and_then(|id| plan.options.stills.get(id));
    if picture.is_none() && shapes.is_empty() {
        return Ok(());
    }
    let (width, height) = plan.media.size.unwrap_or((16, 9));
    page.open("figure", &[("style", &format!("aspect-ratio:{width}/{height}"))])?;
    if let Some(picture) = picture {
        image(page, picture)?;
    }
    if !shapes.is_empty() {
        drawing::svg(page, shapes)?;
    }
    page.close("figure")
}

/// Writes a picture as a part of the page.
fn image(page: &mut Page, picture: &Picture) -> std::io::Result<()> {
    let data = STANDARD.encode(picture.data());
    let address = format!("data:{};base64,{data}", picture.media_type());
    page.empty("img", &[("src", &address), ("alt", "")])
}

fn clean(text: &str) -> String {
    text::for_xml(text).0
}
