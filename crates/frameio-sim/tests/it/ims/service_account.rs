//! Service accounts of servers.

use super::{Ims, text};

#[tokio::test]
async fn a_server_always_signs_in_as_its_service_account() {
    let ims = Ims::new();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let tokens = ims.server("openid AdobeID frame.s2s.all").await.ok();
        let me = ims.me(text(&tokens, "access_token")).await.json;
        assert_eq!(me["data"]["name"], "Service Account User", "{me}");
        seen.push(me["data"]["id"].clone());
    }
    assert_eq!(seen[0], seen[1]);
    let user = ims.sign_in().await;
    let me = ims.me(text(&user, "access_token")).await.json;
    assert_ne!(me["data"]["id"], seen[0]);
}
