//! Ids of requests outside of the API, for faults and recorded requests.

/// `PUT` of an upload part.
pub(crate) const UPLOAD_PART: &str = "sim.upload_part";

/// Download.
pub(crate) const DOWNLOAD: &str = "sim.download";

/// `/ims/authorize/v2`.
pub(crate) const IMS_AUTHORIZE: &str = "ims.authorize";

/// `/ims/token/v3`.
pub(crate) const IMS_TOKEN: &str = "ims.token";

/// `/ims/revoke`.
pub(crate) const IMS_REVOKE: &str = "ims.revoke";

/// `/ims/userinfo/v2`.
pub(crate) const IMS_USERINFO: &str = "ims.userinfo";

/// `/ims/validate_token/v1`.
pub(crate) const IMS_VALIDATE_TOKEN: &str = "ims.validate_token";

/// `/ims/.well-known/openid-configuration`.
pub(crate) const IMS_DISCOVERY: &str = "ims.openid_configuration";

/// `/ims/keys`.
pub(crate) const IMS_KEYS: &str = "ims.keys";

/// All ids of this module.
pub(crate) const ALL: [&str; 9] = [
    UPLOAD_PART,
    DOWNLOAD,
    IMS_AUTHORIZE,
    IMS_TOKEN,
    IMS_REVOKE,
    IMS_USERINFO,
    IMS_VALIDATE_TOKEN,
    IMS_DISCOVERY,
    IMS_KEYS,
];
