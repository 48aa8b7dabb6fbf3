//! Random values pass through the scrubber.

use frameio_cassette::Scrubber;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Texts with the shapes of secrets and personal data, each with a canary.
fn secret() -> impl Strategy<Value = String> {
    let canary = "[a-zA-Z0-9]{0,6}";
    prop_oneof![
        canary.prop_map(|it| format!("canary{it} Kim")),
        canary.prop_map(|it| format!("{it}canary@studio.example")),
        canary.prop_map(|it| format!("https://s3.example/canary{it}?X-Amz-Signature=canary")),
        canary.prop_map(|it| format!("https://f.io/canary{it}")),
        canary.prop_map(|it| format!("https://next.frame.io/project/canary{it}?q=canary")),
        canary.prop_map(|it| format!("eyJcanary{it}.eyJ.sig")),
        canary.prop_map(|it| format!("/v4/accounts/canary{it}/files?after=canary")),
        canary.prop_map(|it| format!("canary {it}\n.mp4")),
        canary.prop_map(|it| format!("Canary-{it}/../x%63anary")),
    ]
}

/// Names of fields of the contract, and others.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "id",
            "name",
            "email",
            "text",
            "url",
            "download_url",
            "upload_urls",
            "passphrase",
            "status",
            "type",
            "media_type",
            "after",
            "value",
            "detail",
            "pointer",
            "events",
            "field_definition_name",
            "account_id",
            "created_at",
            "color",
            "key",
            "new_field",
        ])
        .prop_map(str::to_owned),
        "canary [A-Z]{1,3}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        secret().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((field(), inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Returns the texts of a value in order.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_canary_survives_anywhere(value in value()) {
        let mut scrubbed = value;
        Scrubber::new().json(&mut scrubbed);
        let text = scrubbed.to_string().to_lowercase();
        prop_assert!(!text.contains("canary") && !text.contains("%63anary"), "{text}");
    }

    #[test]
    fn the_same_original_has_the_same_replacement(secrets in prop::collection::vec(secret(), 1..20)) {
        let mut scrubber = Scrubber::new();
        let replaced: Vec<_> = secrets.iter().map(|it| scrubber.text("name", it)).collect();
        for (original, replacement) in secrets.iter().zip(&replaced) {
            prop_assert_eq!(&scrubber.text("text", original), replacement);
            for (other, its_replacement) in secrets.iter().zip(&replaced) {
                prop_assert_eq!(original == other, replacement == its_replacement);
            }
        }
    }

    #[test]
    fn targets_of_requests_keep_no_canary(
        path in "/v4/[a-z]{1,8}/canary[a-z0-9]{0,4}(/canary)?",
        name in "(X-Amz-Signature|after|token|filters%5Buser_id%5D|include|Canary)",
        secret in "canary[a-zA-Z0-9%]{0}[a-z]{0,4}",
    ) {
        // A word is documented where `include` is.
        prop_assume!(name != "include");
        let uri = format!("https://host.example/canary{path}?{name}={secret}");
        let target = Scrubber::new().uri(&uri.parse().unwrap());
        prop_assert!(!target.to_lowercase().contains("canary"), "{target}");
    }
}

#[test]
fn structure_and_numbers_stay_the_same() {
    let mut value = json!({"data": [{"id": "a", "file_size": 12, "restricted": false,
        "created_at": "2026-01-05T09:00:00Z", "media_type": "video/mp4", "extra": [null, 1.5]}],
        "links": {"next": null}, "total_count": 1});
    let before = value.clone();
    Scrubber::new().json(&mut value);
    let (mut scrubbed, mut original) = (Vec::new(), Vec::new());
    texts(&value, &mut scrubbed);
    texts(&before, &mut original);
    assert_eq!(scrubbed.len(), original.len());
    value["data"][0]["id"] = "a".into();
    assert_eq!(value, before);
}
