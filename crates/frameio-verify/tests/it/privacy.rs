//! The report contains nothing of the account.

use frameio_core::Body;
use frameio_sim::Sim;
use http::{Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::{ServiceExt, service_fn};

use crate::{client, crawled, demo};

/// Collects the texts of the state that could identify somebody.
fn personal(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let is_personal = text.contains([' ', '@', '/']) || text.len() >= 36;
            if is_personal && text.len() > 4 {
                found.push(text.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| personal(item, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if uuid::Uuid::try_parse(name).is_ok() {
                    found.push(name.clone());
                }
                personal(value, found);
            }
        }
        _ => {}
    }
}

/// Makes every text of a response deviate from the contract, and adds personal names of fields.
fn spoil(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(spoil),
        Value::Object(fields) => {
            fields.insert("Canary Kim".to_owned(), json!("canary@example.com"));
            fields.insert("canary_field_of_kim@example.com".to_owned(), json!(1));
            for (name, value) in fields {
                let is_needed = ["id", "data", "root_folder_id"].contains(&name.as_str());
                match value {
                    Value::String(text) if !is_needed => *text = format!("Canary {text}"),
                    value => spoil(value),
                }
            }
        }
        _ => {}
    }
}

#[tokio::test(start_paused = true)]
async fn no_text_of_the_account_is_in_the_report() {
    let sim = demo();
    let mut texts = Vec::new();
    personal(&serde_json::from_str(&sim.state().to_string()).unwrap(), &mut texts);
    assert!(texts.len() > 100);
    let spoiled = service_fn(move |request: Request<Body>| {
        let sim: Sim = sim.clone();
        async move {
            let (parts, body) = sim.oneshot(request).await?.into_parts();
            let bytes = body.collect().await.map_err(std::io::Error::other)?.to_bytes();
            let mut body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            spoil(&mut body);
            Ok::<_, std::io::Error>(Response::from_parts(parts, Body::from(body.to_string())))
        }
    });
    for report in [crawled(&client(demo())).await, crawled(&client(spoiled)).await] {
        let json = serde_json::to_string(&report).unwrap();
        for output in [report.to_string(), json] {
            let leaked: Vec<_> = texts.iter().filter(|text| output.contains(*text)).collect();
            assert!(leaked.is_empty(), "{leaked:?} in {output}");
            assert!(!output.to_lowercase().contains("canary"), "{output}");
        }
    }
}
