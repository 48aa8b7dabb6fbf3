//! Secrets are not exposed.

use frameio_sim::{Credential, Sim};

use super::{CHALLENGE, Ims, VERIFIER, text};

const CANARY: &str = "canary-5f2c";

#[test]
fn debug_shows_no_secret() {
    let credential = Credential::web("app", CANARY).redirect("https://app.example/cb");
    assert!(format!("{credential:?}").contains("app.example"));
    let builder = Sim::builder()
        .credential(credential.clone())
        .token(format!("{CANARY}-token"))
        .legacy_token(format!("fio-u-{CANARY}"));
    for shown in
        [format!("{credential:?}"), format!("{builder:#?}"), format!("{:?}", builder.build())]
    {
        assert!(!shown.contains(CANARY), "{shown}");
    }
}

#[tokio::test]
async fn records_contain_no_secret() {
    let ims = Ims::new();
    let code = ims.code(&[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]).await;
    let tokens = ims.exchange(&code, &[("code_verifier", VERIFIER)]).await.ok();
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    ims.refresh(refresh, &[("scope", "openid")]).await.ok();
    ims.get("/ims/validate_token/v1", &[("client_id", "web"), ("token", access)], "").await.ok();
    let revoked = [("client_id", "web"), ("client_secret", "web-secret"), ("token", access)];
    ims.post("/ims/revoke", &revoked).await;

    let records = ims.sim.requests();
    let shown = format!("{records:?} {:?}", ims.sim);
    for secret in ["web-secret", &code, VERIFIER, access, refresh] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert_eq!(
        records[2].body,
        "client_id=web&client_secret=***&grant_type=refresh_token&refresh_token=***&scope=openid",
        "other parameters are recorded"
    );
    assert_eq!(records[3].query.as_deref(), Some("client_id=web&token=***"));
}
