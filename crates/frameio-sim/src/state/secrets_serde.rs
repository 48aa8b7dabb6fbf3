//! Secrets by ids.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serializer};

type Secrets = BTreeMap<String, SecretString>;

pub(super) fn serialize<S: Serializer>(secrets: &Secrets, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(secrets.iter().map(|(id, secret)| (id, secret.expose_secret())))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secrets, D::Error> {
    let secrets = BTreeMap::<String, String>::deserialize(from)?;
    Ok(secrets.into_iter().map(|(id, secret)| (id, secret.into())).collect())
}
