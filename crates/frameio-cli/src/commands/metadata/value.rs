//! Conversion of typed text to the value of a metadata field.

use frameio::metadata::{MetadataInput, SelectOptionId};
use frameio::metadata_fields::{FieldKind, FieldOption, MemberOptions};
use jiff::Timestamp;
use jiff::civil::Date;

use super::people::People;
use crate::commands::by_name::{self, Label};
use crate::input;

/// Converts the texts of one field. An empty text clears the field.
///
/// # Errors
/// Returns the refused text, and what the field expects.
pub(super) fn parse(
    kind: &FieldKind,
    texts: &[&str],
    people: &People,
) -> Result<MetadataInput, (String, String)> {
    let texts: Vec<&str> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
    if texts.is_empty() {
        return Ok(MetadataInput::Clear);
    }
    match kind {
        FieldKind::SelectMulti(it) => {
            let options = each(&texts, |text| option(&it.options, text))?;
            Ok(MetadataInput::select(options))
        }
        FieldKind::UserMulti(it) => {
            let users = each(&texts, |text| people.find(text, &it.members))?;
            Ok(MetadataInput::Users(users))
        }
        _ => match texts.as_slice() {
            [text] => single(kind, text, people).map_err(|reason| ((*text).to_owned(), reason)),
            several => Err((several.join("', '"), "the field accepts only one value".to_owned())),
        },
    }
}

/// Converts the text of a field with one value.
fn single(kind: &FieldKind, text: &str, people: &People) -> Result<MetadataInput, String> {
    match kind {
        FieldKind::Text(_) => {
            let text = long_text(text)?;
            match text.contains(['\n', '\r']) {
                true => Err("the field has one line".to_owned()),
                false => Ok(text.into()),
            }
        }
        FieldKind::LongText(_) => long_text(text).map(MetadataInput::from),
        FieldKind::Number(_) => number(text),
        FieldKind::Rating(it) => rating(text, it.max_value),
        FieldKind::Toggle(_) => toggle(text).map(MetadataInput::from),
        FieldKind::Date(_) => date(text),
        FieldKind::Select(it) => option(&it.options, text).map(MetadataInput::from),
        FieldKind::UserSingle(it) => people.find(text, &it.members).map(MetadataInput::from),
        other => Err(format!("fields of type '{}' are unsupported", other.field_type().as_str())),
    }
}

/// Returns the users that the values of a field can name; `None` unless it is a user field.
pub(super) const fn members(kind: &FieldKind) -> Option<&MemberOptions> {
    match kind {
        FieldKind::UserMulti(it) | FieldKind::UserSingle(it) => Some(&it.members),
        _ => None,
    }
}

/// Converts the values of a field with several. Names that contain commas are matched as a whole first.
fn each<T: PartialEq>(
    texts: &[&str],
    find: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, (String, String)> {
    let mut values = Vec::new();
    let mut add = |value| {
        if !values.contains(&value) {
            values.push(value);
        }
    };
    for text in texts {
        match find(text) {
            Ok(value) => add(value),
            Err(reason) if !text.contains(',') => return Err(((*text).to_owned(), reason)),
            Err(_) => {
                for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                    add(find(part).map_err(|reason| (part.to_owned(), reason))?);
                }
            }
        }
    }
    Ok(values)
}

fn option(options: &[FieldOption], text: &str) -> Result<SelectOptionId, String> {
    let id = |option: &FieldOption| option.id.clone();
    let label = |option: &FieldOption| {
        let id = id(option);
        Label::new(&option.display_name, id.as_ref().map_or("", |id| id.as_str()))
    };
    let found = by_name::only(options.iter(), text, "option", label);
    let found = found.map_err(|error| error.reason().to_owned())?;
    id(found).ok_or_else(|| "the option has no ID".to_owned())
}

/// Returns the text, or the content of the file of `@FILE`.
fn long_text(text: &str) -> Result<String, String> {
    let is_plain = !text.starts_with('@') || text.starts_with("@@");
    let read = input::text_or_file(text).map_err(|failure| failure.message)?;
    Ok(if is_plain { read } else { read.trim_end().to_owned() })
}

fn number(text: &str) -> Result<MetadataInput, String> {
    if let Ok(integer) = text.parse::<i64>() {
        return Ok(integer.into());
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number.into()),
        _ => Err("expected a number, such as 12 or 23.976".to_owned()),
    }
}

fn rating(text: &str, max: u32) -> Result<MetadataInput, String> {
    match text.parse::<u32>() {
        Ok(rating) if (1..=max).contains(&rating) => Ok(rating.into()),
        _ => Err(format!("expected a number from 1 to {max}; an empty value clears the rating")),
    }
}

fn toggle(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("expected 'yes' or 'no'".to_owned()),
    }
}

fn date(text: &str) -> Result<MetadataInput, String> {
    // A time has a date at its beginning, which is not all of it.
    if let (10, Ok(date)) = (text.len(), text.parse::<Date>()) {
        return Ok(date.into());
    }
    let time = text.parse::<Timestamp>().map(MetadataInput::from);
    time.map_err(|_| {
        "expected a day such as 2026-09-01, or a time such as 2026-09-01T12:00:00Z".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use frameio::metadata_fields::{
        NumberConfiguration, RatingConfiguration, SelectConfiguration, TextConfiguration,
        ToggleConfiguration,
    };

    use super::*;

    fn options() -> SelectConfiguration {
        let options = ["Needs Review", "Approved", "Cut, print"].into_iter().zip(["n", "a", "c"]);
        SelectConfiguration::new(options.map(|(name, id)| {
            let mut option = FieldOption::new(name);
            option.id = Some(id.into());
            option
        }))
    }

    fn value(kind: &FieldKind, texts: &[&str]) -> Result<MetadataInput, String> {
        let value = parse(kind, texts, &People::default());
        value.map_err(|(text, reason)| format!("{text}: {reason}"))
    }

    #[test]
    fn converts_the_values_of_each_type() {
        let number = FieldKind::Number(NumberConfiguration::new(3));
        assert_eq!(value(&number, &["-12"]), Ok(MetadataInput::Integer(-12)));
        assert_eq!(value(&number, &["23.976"]), Ok(MetadataInput::Number(23.976)));
        let rating = FieldKind::Rating(RatingConfiguration::new(5));
        assert_eq!(value(&rating, &["5"]), Ok(MetadataInput::Integer(5)));
        let toggle = FieldKind::Toggle(ToggleConfiguration::new());
        assert_eq!(value(&toggle, &["Yes"]), Ok(MetadataInput::Toggle(true)));
        let text = FieldKind::Text(TextConfiguration::new());
        assert_eq!(value(&text, &["a=b, @c"]), Ok("a=b, @c".into()));
        let select = FieldKind::Select(options());
        assert_eq!(value(&select, &["approved"]), Ok(MetadataInput::select(["a"])));
        for kind in [number, rating, toggle, text, select] {
            assert_eq!(value(&kind, &[""]), Ok(MetadataInput::Clear));
        }
    }

    #[test]
    fn selects_several_options_by_commas_and_repetition() {
        let kind = FieldKind::SelectMulti(options());
        for texts in [&["Approved, needs review"][..], &["approved", "Needs Review", "a"]] {
            assert_eq!(value(&kind, texts), Ok(MetadataInput::select(["a", "n"])), "{texts:?}");
        }
        assert_eq!(value(&kind, &["Cut, print"]), Ok(MetadataInput::select(["c"])));
    }

    #[test]
    fn refuses_values_that_do_not_fit_the_field() {
        let single = FieldKind::Select(options());
        let number = FieldKind::Number(NumberConfiguration::new(0));
        let rating = FieldKind::Rating(RatingConfiguration::new(3));
        let toggle = FieldKind::Toggle(ToggleConfiguration::new());
        let text = FieldKind::Text(TextConfiguration::new());
        for (kind, texts, reason) in [
            (&single, &["Aproved"][..], "Aproved: no such option; available: 'Needs Review', "),
            (&single, &["Approved", "Cut, print"], "the field accepts only one value"),
            (&number, &["twelve"], "expected a number"),
            (&number, &["inf"], "expected a number"),
            (&rating, &["4"], "expected a number from 1 to 3"),
            (&rating, &["0"], "an empty value clears"),
            (&toggle, &["maybe"], "expected 'yes' or 'no'"),
            (&text, &["a\nb"], "the field has one line"),
        ] {
            let refused = value(kind, texts).unwrap_err();
            assert!(refused.contains(reason), "{refused}");
        }
    }

    #[test]
    fn reads_days_and_times() {
        assert_eq!(date("2026-09-01"), Ok("2026-09-01".into()));
        assert_eq!(date("2026-09-01T14:00:00+02:00"), Ok("2026-09-01T12:00:00Z".into()));
        assert!(date("tomorrow").is_err() && date("2026-13-01").is_err());
    }
}
