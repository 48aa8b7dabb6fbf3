use ::reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;

use super::{CHILDREN, COMMENTS, Calls, Comment, Envelope, NewComment, TOKEN, User};
use crate::page::{PlainAsset, PlainPage};

/// reqwest, with the same timeout and gzip as the SDK.
#[derive(Clone)]
pub struct Reqwest {
    client: Client,
    url: String,
}

impl Reqwest {
    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> T {
        let response = request.bearer_auth(TOKEN).send().await.expect("a response");
        let response = response.error_for_status().expect("a success");
        response.json().await.expect("the documented shape")
    }
}

impl Calls for Reqwest {
    const NAME: &'static str = "reqwest";

    fn new(url: &str) -> Self {
        let client = Client::builder().timeout(std::time::Duration::from_secs(60)).no_proxy();
        Self { client: client.build().expect("valid settings"), url: url.to_owned() }
    }

    async fn me(&self) {
        let request = self.client.get(format!("{}/v4/me", self.url));
        let _ = self.send::<Envelope<User>>(request).await.data;
    }

    async fn comment(&self) {
        let request = self.client.post(format!("{}{COMMENTS}", self.url));
        let _ = self.send::<Envelope<Comment>>(request.json(&NewComment::new())).await.data;
    }

    async fn pages(&self, pages: usize) {
        let mut path = CHILDREN.to_owned();
        for _ in 0..pages {
            let request = self.client.get(format!("{}{path}", self.url));
            let page = self.send::<PlainPage<PlainAsset>>(request).await;
            assert_eq!(page.data.len(), 100);
            path = page.links.next.expect("another page");
        }
    }
}
