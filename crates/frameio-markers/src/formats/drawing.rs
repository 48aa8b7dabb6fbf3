//! Drawings of the review player as SVG.

use serde_json::Value;

use crate::xml::Page;

/// Most shapes of a drawing, and most points of a line, that are shown.
const MOST: usize = 5000;

/// A shape in coordinates of 0 to 1.
#[derive(Debug, PartialEq)]
pub(crate) struct Shape {
    color: String,
    width: f64,
    form: Form,
}

#[derive(Debug, PartialEq)]
enum Form {
    Rectangle { x: f64, y: f64, width: f64, height: f64 },
    Line { points: Vec<(f64, f64)>, arrow: bool },
}

/// Reads the JSON text of a drawing. Unknown tools are left out.
pub(crate) fn shapes(annotation: &str) -> Vec<Shape> {
    let Ok(Value::Array(items)) = serde_json::from_str(annotation) else { return Vec::new() };
    items.iter().take(MOST).filter_map(shape).collect()
}

fn shape(item: &Value) -> Option<Shape> {
    let number = |name: &str| coordinate(&item[name]);
    let form = match item["tool"].as_str()? {
        "rect" | "rectangle" => {
            // A rectangle drawn to the left or upwards has a negative size.
            let (x, y, w, h) = (number("x")?, number("y")?, number("w")?, number("h")?);
            Form::Rectangle { x: x.min(x + w), y: y.min(y + h), width: w.abs(), height: h.abs() }
        }
        tool @ ("line" | "arrow") => {
            let (x, y, w, h) = (number("x")?, number("y")?, number("w")?, number("h")?);
            Form::Line { points: vec![(x, y), (x + w, y + h)], arrow: tool == "arrow" }
        }
        "pen" => {
            let list = |name: &str| item[name].as_array().into_iter().flatten().take(MOST);
            let points: Option<Vec<_>> =
                list("xs").zip(list("ys")).map(|(x, y)| coordinate(x).zip(coordinate(y))).collect();
            Form::Line { points: points.filter(|points| !points.is_empty())?, arrow: false }
        }
        _ => return None,
    };
    let width = item["size"].as_f64().filter(|size| (0.5..=50.0).contains(size)).unwrap_or(3.0);
    Some(Shape { color: color(&item["color"]), width, form })
}

fn coordinate(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| (-10.0..=10.0).contains(number))
}

/// `#RGB` to `#RRGGBBAA`, or red.
fn color(value: &Value) -> String {
    let valid = value.as_str().filter(|text| {
        let digits = text.strip_prefix('#').unwrap_or_default();
        matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|b| b.is_ascii_hexdigit())
    });
    valid.unwrap_or("#f00").to_owned()
}

/// Writes the shapes over the whole of their parent.
pub(crate) fn svg(page: &mut Page, shapes: &[Shape]) -> std::io::Result<()> {
    let attributes = [
        ("xmlns", "http://www.w3.org/2000/svg"),
        ("viewBox", "0 0 1 1"),
        ("preserveAspectRatio", "none"),
    ];
    page.open("svg", &attributes)?;
    for shape in shapes {
        let width = shape.width.to_string();
        let style = [
            ("fill", "none"),
            ("stroke", shape.color.as_str()),
            ("stroke-width", &width),
            ("vector-effect", "non-scaling-stroke"),
        ];
        match &shape.form {
            Form::Rectangle { x, y, width, height } => {
                let [x, y, width, height] = [x, y, width, height].map(|n| format!("{n:.5}"));
                let own = [("x", &*x), ("y", &*y), ("width", &*width), ("height", &*height)];
                page.empty("rect", &[&own[..], &style[..]].concat())?;
            }
            Form::Line { points, arrow } => {
                polyline(page, points, &style)?;
                if *arrow {
                    polyline(page, &arrow_head(points), &style)?;
                }
            }
        }
    }
    page.close("svg")
}

fn polyline(page: &mut Page, points: &[(f64, f64)], style: &[(&str, &str)]) -> std::io::Result<()> {
    let points: Vec<_> = points.iter().map(|(x, y)| format!("{x:.5},{y:.5}")).collect();
    let points = points.join(" ");
    page.empty("polyline", &[&[("points", &*points)], style].concat())
}

/// Two short lines back from the end.
fn arrow_head(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let [(from_x, from_y), .., (x, y)] = points else { return Vec::new() };
    let angle = (y - from_y).atan2(x - from_x);
    let side = |turn: f64| {
        let direction = angle + std::f64::consts::PI + turn;
        (x + 0.03 * direction.cos(), y + 0.03 * direction.sin())
    };
    vec![side(0.5), (*x, *y), side(-0.5)]
}
