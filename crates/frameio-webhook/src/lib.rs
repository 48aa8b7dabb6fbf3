#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod action;
#[cfg(feature = "axum")]
mod axum;
mod claim;
mod dedup;
mod delivery_key;
mod error;
mod event;
mod layer;
mod payload;
mod receiver;
mod signature;
mod store;
mod verify;

#[cfg(feature = "axum")]
pub use self::axum::Signed;
pub use claim::Claim;
pub use dedup::{DeliveryStore, MemoryDeliveries};
pub use delivery_key::DeliveryKey;
pub use error::{InvalidSecret, Rejection, VerifyError};
pub use event::{AccountRef, Event, ProjectRef, Resource, ResourceRef, UserRef, WorkspaceRef};
pub use frameio_core::EventType;
pub use layer::{Verify, VerifyFuture, VerifyLayer};
pub use payload::Payload;
pub use receiver::{Receive, Receiver};
pub use signature::{SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER};
pub use verify::{Verified, Verifier};
